import JobCore
public import JSON
public import Store

/// What `belfry store` shows about a store or a backup. Pure.
public struct StoreSheet {
    private let inspection: StoreInspection

    public init(_ inspection: StoreInspection) {
        self.inspection = inspection
    }

    /// Lines for people: a name and a value each.
    public var rows: [[String]] {
        let (found, known) = (inspection.schemaVersion, inspection.knownSchemaVersion)
        let advice =
            switch found {
            case known: "the one of this program"
            case ..<known: "belfry store migrate, or the first daemon that starts, brings it to \(known)"
            default: "newer than \(known), which this program knows: upgrade this program"
            }
        let damage = inspection.damage.map { damage in damage.isEmpty ? ["none found"] : damage } ?? []
        let free = inspection.freeBytes.map { ", and \(ByteCountText.text(of: $0)) are free" } ?? ""
        return [
            ["schema", "\(found), \(advice)"], ["size", "\(ByteCountText.text(of: inspection.bytes))\(free)"],
            ["jobs", "\(inspection.jobCount)"],
            ["executions", "\(inspection.executionCount), of which \(inspection.openExecutionCount) have not ended"],
            ["newest occurrence", inspection.newestOccurrence?.rfc3339 ?? "none"],
        ] + damage.map { ["damage", $0] }
    }

    /// The same for programs.
    public var fields: [String: JSONValue] {
        [
            "schema": .integer(Int64(inspection.schemaVersion)),
            "known_schema": .integer(Int64(inspection.knownSchemaVersion)), "bytes": .integer(inspection.bytes),
            "free_bytes": inspection.freeBytes.map { .integer($0) } ?? .null,
            "jobs": .integer(Int64(inspection.jobCount)),
            "executions": .integer(Int64(inspection.executionCount)),
            "open_executions": .integer(Int64(inspection.openExecutionCount)),
            "newest_occurrence": inspection.newestOccurrence.map { .string($0.rfc3339) } ?? .null,
            "damage": inspection.damage.map { .array($0.map { .string($0) }) } ?? .null,
            "usable": .bool(inspection.isUsable),
        ]
    }

    /// One line about a backup: `12.3 MB, schema 10, 4 jobs, 120 executions, no damage found`.
    public var summary: String {
        let damage = inspection.damage.map { $0.isEmpty ? ", no damage found" : ", damaged" } ?? ""
        return "\(ByteCountText.text(of: inspection.bytes)), schema \(inspection.schemaVersion), "
            + "\(inspection.jobCount) jobs, \(inspection.executionCount) executions\(damage)"
    }
}
