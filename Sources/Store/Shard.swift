internal import FoundationEssentials
public import JobCore

/// Part of a schedule's jobs: those whose slot is in the range.
public struct Shard: Sendable, Hashable {
    /// Slots are 0...65,535: the first two bytes of the job's guid.
    public static let slotCount = 65_536

    public var slots: Range<Int>

    /// Shard `index` (from 0) of `count`. Together the shards hold every slot once.
    public init(index: Int, of count: Int) {
        let count = max(1, min(count, Self.slotCount))
        let index = max(0, min(index, count - 1))
        slots = (index * Self.slotCount / count)..<((index + 1) * Self.slotCount / count)
    }

    public static func slot(of job: JobID) -> Int {
        Int(job.uuid.uuid.0) << 8 | Int(job.uuid.uuid.1)
    }
}
