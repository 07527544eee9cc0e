/// Why the place where a store's data is takes no writes.
public struct StorageFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault. Its raw value is a sentence that an answer may have.
    public enum Kind: String, Sendable, CaseIterable {
        case full = "the store's disk is full: free some space"
        case notWritable = "the store's files can't be written: make them and their folder writable for this program"
        case failing = "the store's files can't be written: check the disk"
        case unreachable = "the store's database can't be reached: check the server and the network"
        case readOnly = "the store's database takes no writes: check that its server is the primary"
    }

    public var kind: Kind
    /// The place and the error of the system, for the operator's log only.
    public var detail: String

    public init(_ kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// Without the detail.
    public var description: String { kind.rawValue }
}
