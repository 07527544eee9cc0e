import Foundation
import HTTPClient
import JobCore
import Testing

@testable import SQS

@Suite struct `Credentials of AWS` {
    private static let document = Array(
        #"{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2026-01-01T06:00:00Z"}"#
            .utf8)
    private static let fetched = AWSCredentials(
        accessKeyID: "A", secretAccessKey: "S", sessionToken: "T", expiresAt: Instant(rfc3339: "2026-01-01T06:00:00Z"))
    private static let nowhere = ["HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"]

    private static func answer(_ status: Int, _ body: [UInt8] = []) -> ClientOutcome {
        .response(ClientResponse(status: status, body: body, latencyMilliseconds: 1))
    }

    private static func find(
        _ variables: [String: String],
        fetch: @escaping @Sendable (ClientRequest) -> ClientOutcome = { _ in answer(500) }
    ) async throws(AWSCredentialsError) -> AWSCredentials {
        try await AWSCredentialsChain(
            environment: AWSEnvironment(variables: nowhere.merging(variables) { $1 }), fetch: { fetch($0) }
        ).credentials()
    }

    private static func withFiles(
        credentials: String, config: String, _ body: ([String: String]) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (keys, settings) = (folder.appending(path: "credentials"), folder.appending(path: "config"))
        try Data(credentials.utf8).write(to: keys)
        try Data(config.utf8).write(to: settings)
        try await body(["AWS_SHARED_CREDENTIALS_FILE": keys.path, "AWS_CONFIG_FILE": settings.path])
    }

    @Test func `come from the variables first`() async throws {
        let found = try await Self.find([
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
            "AWS_PROFILE": "none", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
        ])
        #expect(found == AWSCredentials(accessKeyID: "id", secretAccessKey: "secret", sessionToken: "token"))
    }

    @Test func `come from the profile in the shared files, of which that of the keys counts more`() async throws {
        let config =
            "[default]\naws_access_key_id=c\naws_secret_access_key=c\nregion=eu-west-1\n"
            + "[profile two]\naws_access_key_id=t\naws_secret_access_key=t\naws_session_token=u\nregion=eu-west-2\n"
        try await Self.withFiles(
            credentials: "[default]\naws_access_key_id=k\naws_secret_access_key=s\n", config: config
        ) { files in
            let found = try await Self.find(files)
            #expect(found == AWSCredentials(accessKeyID: "k", secretAccessKey: "s"))
            #expect(AWSEnvironment(variables: files).region == "eu-west-1")
            let two = files.merging(["AWS_PROFILE": "two"]) { $1 }
            #expect(
                try await Self.find(two)
                    == AWSCredentials(accessKeyID: "t", secretAccessKey: "t", sessionToken: "u"))
            #expect(AWSEnvironment(variables: two).region == "eu-west-2")
            #expect(AWSEnvironment(variables: two.merging(["AWS_REGION": "us-west-1"]) { $1 }).region == "us-west-1")
            let three = files.merging(["AWS_PROFILE": "three"]) { $1 }
            let error = await #expect(throws: AWSCredentialsError.self) { try await Self.find(three) }
            #expect(error?.description.contains("three") == true)
        }
    }

    @Test func `that are half there are an error, and so is a file that can't be read`() async throws {
        for variables in [["AWS_ACCESS_KEY_ID": "id"], ["AWS_SECRET_ACCESS_KEY": "very-secret"]] {
            let error = await #expect(throws: AWSCredentialsError.self) { try await Self.find(variables) }
            #expect(error?.description.contains("set both") == true && error?.description.contains("very") == false)
        }
        try await Self.withFiles(credentials: "[default]\nvery-secret\n", config: "") { files in
            let error = await #expect(throws: AWSCredentialsError.self) { try await Self.find(files) }
            #expect(error?.description.contains("line 2") == true && error?.description.contains("very") == false)
        }
    }

    @Test(arguments: [
        ("role_arn = arn:aws:iam::123456789012:role/very-secret\nsource_profile = b", "role_arn"),
        (
            "aws_access_key_id = a\naws_secret_access_key = very-secret\nrole_arn = r\nsource_profile = default",
            "role_arn"
        ),
        ("credential_process = /bin/very-secret", "credential_process"),
        ("sso_session = very-secret\nsso_account_id = 1\nsso_role_name = r", "sso_account_id"),
        ("sso_start_url = https://very-secret", "sso_start_url"),
    ])
    func `of a kind that is not supported are an error that names the setting`(
        profile: String, setting: String
    ) async throws {
        try await Self.withFiles(credentials: "", config: "[default]\n\(profile)\n") { files async throws in
            // The container's role would be another one.
            let later = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/role"]
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await Self.find(files.merging(later) { $1 }) { _ in Self.answer(200, Self.document) }
            }
            guard case .missing(let text) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.contains("“default” has \(setting)") && text.contains("AWS_ACCESS_KEY_ID"), "\(text)")
            #expect(!text.contains("very"))
            let keys = ["AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"]
            #expect(try await Self.find(files.merging(keys) { $1 }).accessKeyID == "id")
        }
    }

    @Test func `of a service account of EKS are an error, unless the variables have keys`() async throws {
        let account = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"]
        try await Self.withFiles(
            credentials: "[default]\naws_access_key_id=k\naws_secret_access_key=s\nsso_region=x\n", config: ""
        ) { files async throws in
            #expect(try await Self.find(files).accessKeyID == "k", "keys count more than SSO")
            let error = await #expect(throws: AWSCredentialsError.self) {
                try await Self.find(files.merging(account) { $1 })
            }
            #expect(error?.description.contains("AWS_WEB_IDENTITY_TOKEN_FILE is set") == true)
            let keys = ["AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"]
            #expect(try await Self.find(account.merging(keys) { $1 }).accessKeyID == "id")
        }
    }

    @Test func `come from the container's endpoint, with its token`() async throws {
        let found = try await Self.find([
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/role", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "auth",
        ]) { request in
            let isRight =
                request.method == "GET" && request.url == "http://169.254.170.2/v2/role"
                && request.headers == [.init(name: "Authorization", value: "auth")]
            return Self.answer(isRight ? 200 : 400, Self.document)
        }
        #expect(found == Self.fetched)
    }

    @Test(arguments: [
        "http://localhost/a", "http://127.0.0.1:8080/a", "http://127.9.9.9/", "http://[::1]:80/a",
        "https://example.com/a",
        "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1",
    ])
    func `may come from this URL`(url: String) throws {
        let environment = AWSEnvironment(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        #expect(try ContainerEndpoint(environment)?.url == url)
    }

    @Test(arguments: [
        "http://example.com/a", "http://169.254.169.254/a", "http://127.0.0.1.example.com/", "http://10.0.0.1/",
        "ftp://localhost/", "http://localhost@example.com/", "http://localhost.example.com/", "localhost",
    ])
    func `may not come from this URL`(url: String) {
        let environment = AWSEnvironment(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        #expect(throws: AWSCredentialsError.self) { try ContainerEndpoint(environment) }
    }

    @Test func `come from EC2's metadata service, version 2`() async throws {
        let base = "http://127.0.0.1:9"
        let variables = [
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "\(base)/",
        ]
        let found = try await Self.find(variables) { request in
            let hasToken = request.headers.contains(.init(name: "X-aws-ec2-metadata-token", value: "imds"))
            return switch (request.method, request.url) {
            case ("PUT", "\(base)/latest/api/token"): Self.answer(200, Array("imds".utf8))
            case ("GET", "\(base)/latest/meta-data/iam/security-credentials/") where hasToken:
                Self.answer(200, Array("role\n".utf8))
            case ("GET", "\(base)/latest/meta-data/iam/security-credentials/role") where hasToken:
                Self.answer(200, Self.document)
            default: Self.answer(404)
            }
        }
        #expect(found == Self.fetched)
    }

    @Test func `that are nowhere are an error that says where was looked and what to set`() async {
        let error = await #expect(throws: AWSCredentialsError.self) { try await Self.find([:]) }
        guard case .missing(let text) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        for part in ["AWS_ACCESS_KEY_ID", "/nonexistent/.aws/credentials", "/nonexistent/.aws/config", "EC2"] {
            #expect(text.contains(part))
        }
    }

    @Test(arguments: [
        "{}", "", #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"soon"}"#,
        #"{"AccessKeyId":"A","Token":"T"}"#,
    ])
    func `are not made of half an answer`(body: String) {
        #expect(CredentialsDocument.credentials(in: Array(body.utf8)) == nil)
    }

    @Test func `show no secret when they are printed or dumped`() {
        let credentials = AWSCredentials(
            accessKeyID: "the-id", secretAccessKey: "the-secret", sessionToken: "the-token")
        var text = "\(credentials) \(String(reflecting: credentials))"
        dump(credentials, to: &text)
        #expect(!text.contains("the-"))
    }
}
