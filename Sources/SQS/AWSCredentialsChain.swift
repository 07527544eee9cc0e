import HTTPClient
import JobCore

/// Looks for credentials where AWS's own SDKs look, in their order: variables, the shared files, the container's
/// endpoint, EC2's metadata service.
///
/// What an SDK would take and Belfry does not support is an error: the credentials of a later place may be another
/// role's.
struct AWSCredentialsChain: Sendable {
    private static let timeoutMilliseconds = 1_000
    private static let triesMax = 2
    private static let bodyBytesMax = 65_536

    private static let supported =
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile with keys, or run with a role of "
        + "ECS, EKS Pod Identity or EC2"

    private static let instanceURL = "http://169.254.169.254"

    let environment: AWSEnvironment
    /// Sends a request to an endpoint of credentials.
    let fetch: @Sendable (ClientRequest) async -> ClientOutcome

    /// The first credentials that are found. Throws where was looked and what to set.
    func credentials() async throws(AWSCredentialsError) -> AWSCredentials {
        if let found = try ofVariables() { return found }
        if environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil {
            throw .missing(
                "AWS_WEB_IDENTITY_TOKEN_FILE is set (AWS_ROLE_ARN, a role of an EKS service account), which is not "
                    + "supported: unset it, and \(Self.supported)")
        }
        if let found = try ofProfile() { return found }
        if let endpoint = try ContainerEndpoint(environment) { return try await ofContainer(endpoint) }
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true", let found = try await ofInstance() {
            return found
        }
        throw .missing(
            "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the profile "
                + "“\(environment.profileName)” keys in \(environment.credentialsPath), or run with a role of ECS, EKS "
                + "or EC2. The variables are not set, \(environment.credentialsPath) and \(environment.configPath) "
                + "have no keys of the profile, no AWS_CONTAINER_CREDENTIALS_… names an endpoint, and EC2's metadata "
                + "service is disabled or does not answer")
    }

    private func ofVariables() throws(AWSCredentialsError) -> AWSCredentials? {
        try Self.complete(
            environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"],
            missing: "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set: set both")
    }

    private func ofProfile() throws(AWSCredentialsError) -> AWSCredentials? {
        guard let profile = try environment.profile() else {
            guard environment["AWS_PROFILE"] == nil else {
                throw .missing(
                    "the profile “\(environment.profileName)” of AWS_PROFILE is neither in "
                        + "\(environment.credentialsPath) nor in \(environment.configPath)")
            }
            return nil
        }
        if let setting = Self.unsupportedSetting(of: profile) {
            throw .missing(
                "the profile “\(environment.profileName)” has \(setting), which is not supported: take it out, and "
                    + Self.supported)
        }
        return try Self.complete(
            profile["aws_access_key_id"], profile["aws_secret_access_key"], profile["aws_session_token"],
            missing: "the profile “\(environment.profileName)” has only one of aws_access_key_id and "
                + "aws_secret_access_key: give both")
    }

    /// The setting by which the SDKs would get the profile's credentials, and Belfry can't. A role counts more than
    /// keys, which count more than the rest.
    private static func unsupportedSetting(of profile: [String: String]) -> String? {
        let names = profile.filter { !$0.value.isEmpty }.keys.sorted()
        if names.contains("role_arn") { return "role_arn" }
        if names.contains("aws_access_key_id") || names.contains("aws_secret_access_key") { return nil }
        return names.first { $0 == "credential_process" || $0.hasPrefix("sso_") }
    }

    private static func complete(
        _ id: String?, _ secret: String?, _ token: String?, missing: String
    ) throws(AWSCredentialsError) -> AWSCredentials? {
        if id == nil, secret == nil { return nil }
        guard let id, let secret else { throw .missing(missing) }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: token.flatMap { $0.isEmpty ? nil : $0 })
    }

    private func ofContainer(_ endpoint: ContainerEndpoint) async throws(AWSCredentialsError) -> AWSCredentials {
        let headers = endpoint.authorization.map { [ClientRequest.Header(name: "Authorization", value: $0)] } ?? []
        switch await answer("GET", endpoint.url, headers) {
        case .response(let response) where response.status == 200:
            guard let found = CredentialsDocument.credentials(in: response.body) else {
                throw .unavailable("the container's endpoint \(endpoint.url) answered with no credentials")
            }
            return found
        case .response(let response) where response.status < 500 && response.status != 429:
            throw .missing("the container's endpoint \(endpoint.url) answered with status \(response.status)")
        case let outcome:
            throw .unavailable("the container's endpoint \(endpoint.url): \(Self.text(outcome))")
        }
    }

    /// The credentials of the instance's role, by version 2 of the metadata service. Nil if there is no such service.
    private func ofInstance() async throws(AWSCredentialsError) -> AWSCredentials? {
        let given = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? Self.instanceURL
        let base = given.hasSuffix("/") ? String(given.dropLast()) : given
        let lifetime = ClientRequest.Header(name: "X-aws-ec2-metadata-token-ttl-seconds", value: "21600")
        let token: String
        switch await answer("PUT", "\(base)/latest/api/token", [lifetime]) {
        case .failure: return nil
        case .response(let response) where response.status == 200:
            token = String(decoding: response.body, as: UTF8.self)
        case .response(let response) where response.status >= 500:
            throw .unavailable("EC2's metadata service answered with status \(response.status)")
        case .response: return nil
        }
        let headers = [ClientRequest.Header(name: "X-aws-ec2-metadata-token", value: token)]
        let roles = "\(base)/latest/meta-data/iam/security-credentials/"
        let list = await answer("GET", roles, headers)
        guard case .response(let names) = list, names.status == 200 || names.status == 404 else {
            throw .unavailable("EC2's metadata service: \(Self.text(list))")
        }
        let role = String(decoding: names.body, as: UTF8.self).split(whereSeparator: \.isNewline).first
        guard names.status == 200, let role else {
            throw .missing("this EC2 instance has no role: attach an instance profile, or set AWS_ACCESS_KEY_ID")
        }
        let outcome = await answer("GET", roles + role, headers)
        guard case .response(let response) = outcome, response.status == 200,
            let found = CredentialsDocument.credentials(in: response.body)
        else { throw .unavailable("EC2's metadata service gave no credentials: \(Self.text(outcome))") }
        return found
    }

    /// These services are next to this machine, so an answer comes soon or not at all.
    private func answer(_ method: String, _ url: String, _ headers: [ClientRequest.Header]) async -> ClientOutcome {
        let request = ClientRequest(
            method: method, url: url, headers: headers, timeoutMilliseconds: Self.timeoutMilliseconds,
            responseBodyBytesMax: Self.bodyBytesMax)
        var outcome = await fetch(request)
        for _ in 1..<Self.triesMax {
            if case .response(let response) = outcome, response.status < 500 { break }
            outcome = await fetch(request)
        }
        return outcome
    }

    private static func text(_ outcome: ClientOutcome) -> String {
        switch outcome {
        case .response(let response): "status \(response.status)"
        case .failure(let failure, _, _): failure.description
        }
    }
}
