import JSON
import JobCore

/// The JSON with which container endpoints and EC2's metadata service answer.
struct CredentialsDocument: Decodable {
    private let accessKeyID: String
    private let secretAccessKey: String
    private let token: String
    private let expiration: String?

    private enum CodingKeys: String, CodingKey {
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
    }

    /// The credentials of an answer; nil if they are incomplete. The answer is not shown: it may have secrets.
    static func credentials(in body: [UInt8]) -> AWSCredentials? {
        guard let document = try? JSONDecoding.decode(CredentialsDocument.self, from: body, limits: .standard) else {
            return nil
        }
        let expiresAt = document.expiration.map { Instant(rfc3339: $0) }
        // An expiration that can't be read must not be taken for none.
        if case .some(nil) = expiresAt { return nil }
        return AWSCredentials(
            accessKeyID: document.accessKeyID, secretAccessKey: document.secretAccessKey, sessionToken: document.token,
            expiresAt: expiresAt ?? nil)
    }
}
