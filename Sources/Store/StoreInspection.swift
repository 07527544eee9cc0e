public import JobCore

/// What a look at a store found. The look changes nothing, and does not bring the schema up to date.
public struct StoreInspection: Sendable, Equatable {
    /// The version of the store's schema.
    public var schemaVersion: Int
    /// The version that this program knows. It can't use a newer one, and brings an older one up to date when it opens
    /// the store.
    public var knownSchemaVersion: Int
    /// The bytes of the store's files.
    public var bytes: Int64
    /// The bytes that are free on its disk; nil for the disk of another machine.
    public var freeBytes: Int64?
    public var jobCount: Int
    public var executionCount: Int
    /// The executions that have not ended.
    public var openExecutionCount: Int
    /// The newest occurrence of any schedule that is on record; nil while there is none.
    public var newestOccurrence: Instant?
    /// What is damaged, a sentence each. Nil if only the beginning was looked at.
    public var damage: [String]?

    public init(
        schemaVersion: Int, knownSchemaVersion: Int, bytes: Int64, freeBytes: Int64?, jobCount: Int,
        executionCount: Int, openExecutionCount: Int, newestOccurrence: Instant?, damage: [String]?
    ) {
        self.schemaVersion = schemaVersion
        self.knownSchemaVersion = knownSchemaVersion
        self.bytes = bytes
        self.freeBytes = freeBytes
        self.jobCount = jobCount
        self.executionCount = executionCount
        self.openExecutionCount = openExecutionCount
        self.newestOccurrence = newestOccurrence
        self.damage = damage
    }

    /// Whether this program can use the store.
    public var isUsable: Bool { schemaVersion <= knownSchemaVersion && (damage ?? []).isEmpty }
}
