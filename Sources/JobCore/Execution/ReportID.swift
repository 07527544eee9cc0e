/// Identifies a report among those about the same execution, so that a report received twice is recognised.
///
/// It is a 64-bit hash of the message's id: only reports about one execution are ever compared.
public struct ReportID: Sendable, Hashable {
    public var rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// FNV-1a (draft-eastlake-fnv): stable across processes and releases, which `Hasher` is not.
    public init(messageID: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in messageID.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        self.init(rawValue: Int64(bitPattern: hash))
    }
}
