internal import FoundationEssentials

/// The guid of a job.
public typealias JobID = Identifier<Job>

/// What a job is called: `service/name`. A service owns many jobs, and a name is unique to its service.
public struct JobName: Hashable, Sendable, CustomStringConvertible {
    public var service: String
    public var job: String

    public init(service: String, job: String) {
        self.service = service
        self.job = job
    }

    public var description: String { "\(service)/\(job)" }

    /// Reads `service/name`; nil unless there is one slash and something on either side of it.
    public init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(service: String(parts[0]), job: String(parts[1]))
    }

    /// The job's guid: UUIDv5 in the URL namespace (RFC 9562, appendix C) of "service--name", as the ancestor had it.
    public var id: JobID {
        JobID(namespace: Self.urlNamespace, name: "\(service)--\(job)")
    }

    private static let urlNamespace = UUID(
        uuid: (0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8))

    /// Why a service's or a job's name can't be used; nil when it can.
    ///
    /// Names stand in URLs, log lines, header values and UUID names, so they are kept to what is safe in all of them;
    /// "--" separates the two in the guid and may not be part of either.
    public static func fault(in name: String) -> String? {
        guard !name.isEmpty else { return "is empty" }
        guard name.utf8.count <= 128 else { return "is longer than 128 characters" }
        let isSafe = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isSafe else { return "has a character other than a-z, A-Z, 0-9, “-”, “_” and “.”" }
        guard !name.contains("--"), !name.hasPrefix("-"), !name.hasSuffix("-") else {
            return "has “--”, or begins or ends with “-”, which would make its guid ambiguous"
        }
        return nil
    }
}

/// In messages and on record a name is one text, `service/name`.
extension JobName: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = JobName(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text.prefix(64))” is not a name such as service/job")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
