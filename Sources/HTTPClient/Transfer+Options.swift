import CCurl
import Glibc

extension Transfer {
    private static let connectTimeoutMilliseconds = 5_000
    private static let readBufferBytes = 16_384

    /// The options that are the same for every request.
    func setUp(userAgent: String) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_USERAGENT, userAgent)
        // A proxy from the environment would get a connection that the guard has not checked, and could connect
        // anywhere.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeoutMilliseconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_MAXAGE_CONN, 30)
        set(CURLOPT_MAXLIFETIME_CONN, 300)
        set(CURLOPT_BUFFERSIZE, Self.readBufferBytes)
        set(CURLOPT_UPLOAD_BUFFERSIZE, Self.readBufferBytes)
        // A transfer that ends while its name is being resolved must not block the loop until getaddrinfo returns:
        // the resolver's thread ends on its own.
        set(CURLOPT_QUICK_EXIT, 1)
        setCallbacks()
    }

    /// The options of one request. libcurl copies the strings and the body, but not the header list.
    func setRequest(_ request: ClientRequest, headers: UnsafeMutablePointer<curl_slist>?) {
        set(CURLOPT_URL, request.url)
        _ = belfry_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
        if let signature = request.signature {
            set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
            set(CURLOPT_USERPWD, "\(signature.accessKeyID):\(signature.secretAccessKey)")
        }
        if request.body.isEmpty, request.method == "GET" || request.method == "HEAD" {
            set(request.method == "GET" ? CURLOPT_HTTPGET : CURLOPT_NOBODY, 1)
            _ = belfry_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, nil)
            return
        }
        _ = belfry_curl_set_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
        request.body.withUnsafeBytes { bytes in
            // Without a pointer libcurl would read the body from standard input, so an empty body needs one, too.
            if let start = bytes.baseAddress, !bytes.isEmpty {
                _ = belfry_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
            } else {
                set(CURLOPT_COPYPOSTFIELDS, "")
            }
        }
        set(CURLOPT_POST, 1)
        set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    /// Frees libcurl's copies of the body and of secrets: an idle handle must not hold them.
    func clearRequest() {
        if entry?.request.signature != nil {
            _ = belfry_curl_set_string(easy, CURLOPT_AWS_SIGV4, nil)
            _ = belfry_curl_set_string(easy, CURLOPT_USERPWD, nil)
            // A signature has changed it from what it is in a new handle, CURLAUTH_BASIC.
            set(CURLOPT_HTTPAUTH, 1)
        }
        _ = belfry_curl_set_pointer(easy, CURLOPT_HTTPHEADER, nil)
        _ = belfry_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, nil)
    }

    /// The headers as libcurl wants them. The caller frees the list.
    func makeHeaderList(_ request: ClientRequest) -> UnsafeMutablePointer<curl_slist>? {
        // A name without a value removes a header that libcurl would add. libcurl would sign it all the same.
        var list = request.signature == nil ? curl_slist_append(nil, "Expect:") : nil
        var namesContentType = false
        var headers = request.headers
        if let token = request.signature?.sessionToken {
            headers.append(ClientRequest.Header(name: AWSSignature.tokenHeader, value: token))
        }
        for header in headers {
            namesContentType = namesContentType || header.name.lowercased() == "content-type"
            // So a header with an empty value is written with a semicolon.
            let value = header.value.drop { $0 == " " || $0 == "\t" }
            list = curl_slist_append(list, value.isEmpty ? "\(header.name);" : "\(header.name): \(value)")
        }
        return namesContentType ? list : curl_slist_append(list, "Content-Type:")
    }

    private func setCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = belfry_curl_set_pointer(easy, CURLOPT_PRIVATE, context)
        belfry_curl_set_write(
            easy,
            { bytes, size, count, context in
                let data = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Transfer.from(context)?.receive(data) == true ? data.count : 0
            }, context)
        // Called before the request is sent over a connection, kept or new. A connection that is reused opens no
        // socket, so its address is checked here, too.
        belfry_curl_set_before_request(
            easy,
            { context, address, _, _, _ in
                guard let address, let transfer = Transfer.from(context), transfer.maySend(),
                    transfer.permits(IPAddress(String(cString: address)))
                else { return CURL_PREREQFUNC_ABORT }
                return CURL_PREREQFUNC_OK
            }, context)
        guard addressGuard != nil else { return }
        // Called with the resolved address: what is checked is what is connected to.
        belfry_curl_set_open_socket(
            easy,
            { context, _, address in
                guard let address, let transfer = Transfer.from(context),
                    transfer.permits(IPAddress(socketAddress: belfry_curl_address(address)))
                else { return CURL_SOCKET_BAD }
                let kind = address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue)
                return socket(address.pointee.family, kind, address.pointee.protocol)
            }, context)
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = belfry_curl_set_long(easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = belfry_curl_set_string(easy, option, value)
    }
}
