import JobCore

/// What a request to AWS is signed with (Signature Version 4). No description shows its secrets.
public struct AWSSignature: Sendable, Equatable {
    public var accessKeyID: String
    public var secretAccessKey: String
    /// Sent, too, with temporary credentials; nil for others.
    public var sessionToken: String?
    public var region: String
    /// The service as the signature's scope names it, such as `sqs`.
    public var service: String

    static let tokenHeader = "X-Amz-Security-Token"

    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, region: String, service: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    /// Why a request can't be signed with this; nil when it can. libcurl takes key and secret as one text with a colon
    /// between them, and region and service as another. It signs no request that names its own `Authorization`.
    func fault(method: String, headers: [ClientRequest.Header]) -> String? {
        guard method == "POST" else { return "only a POST can be signed" }
        if headers.contains(where: { ["authorization", "x-amz-date"].contains($0.name.lowercased()) }) {
            return "a request that is signed can't have headers of a signature"
        }
        guard Self.isPrintable(accessKeyID), !accessKeyID.contains(":"), Self.isPrintable(secretAccessKey),
            sessionToken.map(Self.isPrintable) ?? true
        else { return "the AWS credentials are empty or have a space or a control character in them" }
        guard Self.isName(region), Self.isName(service) else { return "the AWS region or service is malformed" }
        return nil
    }

    private static func isPrintable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isName(_ text: String) -> Bool {
        HeaderRule.isToken(text) && text.utf8.count <= 64
    }
}

extension AWSSignature: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "a signature for \(service) in \(region)" }
    public var debugDescription: String { description }
    /// Without children, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
