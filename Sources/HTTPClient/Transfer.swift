import CCurl

/// A libcurl easy handle with the response it has received so far, used for one request after another.
final class Transfer {
    // A response read to its end leaves the connection usable. A longer one costs more than a new connection.
    private static let bodyBytesReadMax = 65_536

    let easy: UnsafeMutableRawPointer
    let addressGuard: AddressGuard?
    private(set) var entry: RequestQueue.Entry?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var bytesRead = 0
    private var wasSent = false
    private var wasBlocked = false
    private var wasPermitted = false

    init(addressGuard: AddressGuard?, userAgent: String) {
        guard let easy = curl_easy_init() else { preconditionFailure("curl_easy_init: out of memory") }
        self.easy = easy
        self.addressGuard = addressGuard
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        setUp(userAgent: userAgent)
        _ = belfry_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// Prepares the handle for a request. It can then be added to a multi handle.
    func begin(_ entry: RequestQueue.Entry) {
        self.entry = entry
        errorText.pointee = 0
        headerList = makeHeaderList(entry.request)
        setRequest(entry.request, headers: headerList)
    }

    /// Clears everything of the request. The handle must have been removed from its multi handle.
    func end() {
        clearRequest()
        curl_slist_free_all(headerList)
        headerList = nil
        entry = nil
        body = []
        bytesRead = 0
        wasSent = false
        wasBlocked = false
        wasPermitted = false
    }

    /// The outcome of a transfer that libcurl has finished. Call it before `end`. `now` is in seconds since 1970.
    func outcome(_ result: CURLcode, latencyMilliseconds: Int, now: () -> Int64) -> ClientOutcome {
        if let response = response(latencyMilliseconds: latencyMilliseconds, now: now) { return .response(response) }
        let failure = wasBlocked && !wasPermitted ? ClientFailure.blockedAddress : ClientFailure(result)
        return .failure(failure, detail: detail(result), latencyMilliseconds: latencyMilliseconds)
    }

    /// The response as far as it has arrived; nil while there is no final status. A status counts, whatever becomes of
    /// the body after it: the body may be cut short, break off, or never end.
    func response(latencyMilliseconds: Int, now: () -> Int64) -> ClientResponse? {
        let status = self.status
        // Before the request is sent, the handle may still have the status of the request before.
        guard wasSent, status >= 200 else { return nil }
        let retryAfter = header("Retry-After").flatMap { RetryAfter.seconds($0, now: now()) }
        return ClientResponse(
            status: status, retryAfterSeconds: retryAfter,
            serverSeconds: header("Date").flatMap(RetryAfter.secondsSinceEpoch), body: body,
            latencyMilliseconds: latencyMilliseconds)
    }

    /// Whether the request may be sent now. libcurl would send it again, over a new connection, when a kept one breaks
    /// before the answer; a server that has begun to work on it would then do the work twice.
    func maySend() -> Bool {
        defer { wasSent = true }
        return !wasSent || entry?.request.isSafe == true
    }

    /// Keeps the first bytes of the body. False when libcurl shall not read the rest.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let wanted = entry?.request.responseBodyBytesMax ?? 0
        body.append(contentsOf: bytes.prefix(max(0, wanted - body.count)))
        bytesRead += bytes.count
        return bytesRead <= max(wanted, Self.bodyBytesReadMax)
    }

    /// Whether a connection to `address` may be made or used. The outcome depends on it, too.
    func permits(_ address: IPAddress?) -> Bool {
        guard let addressGuard else { return true }
        let isPermitted = address.map(addressGuard.permits) ?? false
        if isPermitted { wasPermitted = true } else { wasBlocked = true }
        return isPermitted
    }

    /// The transfer that owns an easy handle.
    static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        var context: UnsafeMutableRawPointer?
        _ = belfry_curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
        return from(context)
    }

    /// The transfer behind a callback's context. It exists: its deinit ends the handle that makes the callbacks.
    static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private var status: Int {
        var status = 0
        _ = belfry_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    private func header(_ name: String) -> String? {
        var found: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &found) == CURLHE_OK else { return nil }
        return found.map { String(cString: $0.pointee.value) }
    }

    private func detail(_ result: CURLcode) -> String {
        String(cString: errorText.pointee == 0 ? curl_easy_strerror(result) : UnsafePointer(errorText))
    }
}
