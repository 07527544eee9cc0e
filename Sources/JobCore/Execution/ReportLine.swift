import FoundationEssentials

/// One of the four lines of reports.
///
/// All reports about one execution go through the same line, whose queue serves one recorder at a time. So they are
/// handled in the order in which they were published, however many recorders there are.
///
///     ReportLine(of: executionID).index  // 0 to 3
public struct ReportLine: Sendable, Hashable, CaseIterable {
    public static let allCases = (0..<4).map { ReportLine(index: $0) }

    /// 0 to 3.
    public let index: Int

    /// The line of this execution: the last two bits of the first byte of its id. Ids are hashes or random, so
    /// executions spread evenly.
    public init(of execution: ExecutionID) {
        index = Int(execution.uuid.uuid.0 & 3)
    }

    private init(index: Int) {
        self.index = index
    }
}

extension ReportLine: Codable {
    /// Decodes the index. Throws `DecodingError` when it is not one of 0 to 3.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let index = try container.decode(Int.self)
        guard Self.allCases.indices.contains(index) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "there is no line \(index)")
        }
        self.init(index: index)
    }

    /// Encodes the index.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(index)
    }
}
