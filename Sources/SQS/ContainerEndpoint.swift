import JobCore

/// Where a container gets its credentials: what ECS, EKS and others put into the environment.
struct ContainerEndpoint: Equatable {
    var url: String
    /// The value of the header `Authorization`; nil without one.
    var authorization: String?

    private static let ecsURL = "http://169.254.170.2"
    /// The addresses of ECS and EKS, which may be reached without TLS.
    private static let localHosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]"]

    /// The endpoint that the environment names; nil if it names none. Throws for one that would send the token, or ask
    /// for keys, in plain text over a network.
    init?(_ environment: AWSEnvironment) throws(AWSCredentialsError) {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/") else {
                throw .missing("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with “/”")
            }
            url = Self.ecsURL + path
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            url = full
        } else {
            return nil
        }
        if let fault = TargetURL.fault(in: url) {
            throw .missing("the URL of the container's credentials (AWS_CONTAINER_CREDENTIALS_…_URI) \(fault)")
        }
        guard Self.isSafe(url) else {
            throw .missing(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must begin with https://, or have a loopback address or the one of "
                    + "ECS (169.254.170.2) or EKS (169.254.170.23)")
        }
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            guard let text = try environment.text(of: path) else { throw .missing("\(path) does not exist") }
            authorization = text.split(whereSeparator: \.isNewline).first.map(String.init)
        } else {
            authorization = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        }
    }

    private static func isSafe(_ url: String) -> Bool {
        let origin = TargetURL.origin(of: url)
        guard origin.hasPrefix("http://") else { return true }
        let authority = origin.dropFirst("http://".count)
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        // TargetURL takes a name whose last label is a number only if it is an IPv4 address.
        let isLoopback = host.hasPrefix("127.") && host.last?.isNumber == true
        return isLoopback || localHosts.contains(String(host))
    }
}
