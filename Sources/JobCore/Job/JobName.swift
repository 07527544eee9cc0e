import FoundationEssentials

/// The guid of a job; see ``JobName/id``.
public typealias JobID = Identifier<Job>

/// The name of a job, `service/name`. A service owns many jobs; a name is unique within its service.
public struct JobName: Hashable, Sendable, CustomStringConvertible {
    /// The service that owns the job.
    public var service: String
    /// The job's name within its service.
    public var job: String

    /// A name of these two parts, which are not checked; see ``fault(in:)``.
    public init(service: String, job: String) {
        self.service = service
        self.job = job
    }

    /// `service/name`
    public var description: String { "\(service)/\(job)" }

    /// Reads `service/name`. Returns nil unless the text has exactly one slash, with something on both sides.
    ///
    /// The two parts are not checked further; see ``fault(in:)``.
    public init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(service: String(parts[0]), job: String(parts[1]))
    }

    /// The job's guid: the UUIDv5 of `service--name` in the URL namespace (RFC 9562, section 6.6).
    ///
    /// The predecessor computes it the same way, so a job keeps its guid when it moves to Belfry. Two names could be
    /// one text so, such as `a--b/c` and `a/b--c`. Where the dashes leave open which part they belong to, it is the
    /// UUIDv5 of `service/name`, which is no name of the other form.
    public var id: JobID {
        // Otherwise the last `--` of the text is the one between the two parts.
        let isAmbiguous = service.contains("--") || job.contains("--") || job.hasPrefix("-")
        return JobID(namespace: Self.urlNamespace, name: isAmbiguous ? description : "\(service)--\(job)")
    }

    private static let urlNamespace = UUID(
        uuid: (0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8))

    /// What would be right for a name that has a ``fault(in:)``.
    public static let hint = "Give 1 to 128 letters, digits, “-”, “_” and “.”, such as send-invoices."

    /// Returns the reason why the name of a service or of a job can't be used, or nil if it can.
    ///
    /// Names appear in URLs, log lines and headers, so only characters that are safe in all of these are allowed.
    public static func fault(in name: String) -> String? {
        guard !name.isEmpty else { return "is empty" }
        guard name.utf8.count <= 128 else { return "is longer than 128 characters" }
        guard hasPlainCharacters(name) else { return "contains a character other than a-z, A-Z, 0-9, “-”, “_” and “.”" }
        guard name != ".", name != ".." else { return "is a path that clients shorten before they send it" }
        return nil
    }

    /// Whether a name has only `a-z A-Z 0-9 - _ .`, which mean nothing to URLs, log lines, headers and shells.
    public static func hasPlainCharacters(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}

/// In messages and in the store a name is one text, `service/name`.
extension JobName: Codable {
    /// Decodes `service/name`. Throws `DecodingError` if the text has another form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = JobName(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text.prefix(64))” is not a name such as service/job")
        }
        self = name
    }

    /// Encodes `service/name`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
