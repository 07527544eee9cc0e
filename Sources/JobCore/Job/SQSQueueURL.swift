/// The URL of a queue on SQS, taken apart: which host a signed request may go to, and in which region it is signed.
///
/// A request to SQS has our access key's signature and, with temporary credentials, a session token. So only hosts of
/// AWS are accepted, and the endpoint that an operator has set.
public struct SQSQueueURL: Sendable, Hashable {
    /// As it was given.
    public let text: String
    /// The region that the host names; nil if it names none, as that of an endpoint.
    public let region: String?
    /// The queue's name. That of a FIFO queue ends in `.fifo`.
    public let name: String
    /// Where requests about the queue go: the endpoint, if there is one, else the queue's host.
    public let requestURL: String

    /// Whether the queue is a FIFO queue, whose messages need a group.
    public var isFIFO: Bool { name.hasSuffix(Self.fifoSuffix) }

    /// Why a text is no URL of a queue, as the end of a sentence.
    public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    private static let fifoSuffix = ".fifo"
    private static let nameBytesMax = 80
    private static let regionBytesMax = 32
    private static let domains = [".amazonaws.com", ".amazonaws.com.cn"]

    /// Reads the URL of a queue. `endpoint` is where requests to SQS go instead of to AWS; nil for AWS.
    ///
    /// Throws the reason why requests about it can't be made, or must not.
    public init(_ text: String, endpoint: String? = nil) throws(Fault) {
        if let fault = TargetURL.fault(in: text) { throw Fault(description: fault) }
        let origin = TargetURL.origin(of: text)
        let isAtEndpoint = endpoint.map { TargetURL.origin(of: $0) == origin } ?? false
        if isAtEndpoint {
            region = Self.region(ofHost: Self.host(ofOrigin: origin))
        } else {
            guard origin.hasPrefix("https://") else { throw Fault(description: "does not begin with https://") }
            guard let region = Self.region(ofHost: Self.host(ofOrigin: origin)) else {
                throw Fault(
                    description: endpoint == nil
                        ? "has a host that is none of SQS"
                        : "has a host that is neither one of SQS nor that of BELFRY_SQS_ENDPOINT")
            }
            self.region = region
        }
        name = try Self.name(inPathOf: text)
        self.text = text
        requestURL = (endpoint ?? origin) + ((endpoint ?? origin).hasSuffix("/") ? "" : "/")
    }

    private static func host(ofOrigin origin: String) -> Substring {
        origin.firstRange(of: "://").map { origin[$0.upperBound...] } ?? ""
    }

    /// Nil if the host is none of SQS. The oldest one names no region: its queues are in us-east-1.
    ///
    /// The forms are those of "Amazon SQS endpoints and quotas" in the AWS General Reference, and the ones that AWS
    /// keeps for old queues.
    private static func region(ofHost host: Substring) -> String? {
        guard let domain = domains.first(where: { host.hasSuffix($0) }) else { return nil }
        let labels = host.dropLast(domain.count).split(separator: ".", omittingEmptySubsequences: false)
        let region: Substring
        switch labels.count {
        case 1 where labels[0] == "queue" && domain == domains[0]: return "us-east-1"
        case 2 where labels[0] == "sqs" || labels[0] == "sqs-fips": region = labels[1]
        case 2 where labels[1] == "queue": region = labels[0]
        case 4 where labels[0].hasPrefix("vpce-") && labels[1] == "sqs" && labels[3] == "vpce": region = labels[2]
        default: return nil
        }
        return isRegion(region) ? String(region) : nil
    }

    /// Whether a text has the form of a region, such as `eu-west-1` or `us-gov-east-1`. It becomes part of the
    /// signature's scope, so nothing else may be in it.
    public static func isRegion(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= regionBytesMax, parts.count >= 3, let number = parts.last else { return false }
        return (1...2).contains(number.utf8.count) && number.utf8.allSatisfy(isDigit)
            && parts.dropLast().allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            }
    }

    /// The path is `/ACCOUNT/NAME`.
    private static func name(inPathOf text: String) throws(Fault) -> String {
        guard !text.contains("?") else { throw Fault(description: "has a query, which a queue's URL has not") }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        // "https:", "", the host, the account, the name
        guard parts.count == 5, parts[3].utf8.count == 12, parts[3].utf8.allSatisfy(isDigit) else {
            throw Fault(description: "has a path that is not an account of 12 digits and the name of a queue")
        }
        let name = parts[4]
        let plain = name.hasSuffix(fifoSuffix) ? name.dropLast(fifoSuffix.count) : name
        let isName = plain.utf8.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard isName, !plain.isEmpty, name.utf8.count <= nameBytesMax else {
            throw Fault(
                description: "names a queue that can't be: a name has 1 to \(nameBytesMax) letters, digits, “-” and "
                    + "“_”, and may end in .fifo")
        }
        return String(name)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
