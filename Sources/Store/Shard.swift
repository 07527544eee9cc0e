import FoundationEssentials
public import JobCore

/// A part of a schedule's jobs: the jobs whose slot is in a range.
public struct Shard: Sendable, Hashable {
    /// Slots are 0 to 65,535: the first two bytes of the job's id.
    public static let slotCount = 65_536

    public var slots: Range<Int>

    /// Shard `index` (from 0) of `count`. Together the shards hold every slot once. Takes the nearest valid numbers
    /// for others: `count` is 1 to `slotCount`, `index` is below `count`.
    public init(index: Int, of count: Int) {
        let count = max(1, min(count, Self.slotCount))
        let index = max(0, min(index, count - 1))
        slots = (index * Self.slotCount / count)..<((index + 1) * Self.slotCount / count)
    }

    /// The slot of a job. Ids are hashes, so the jobs spread evenly.
    public static func slot(of job: JobID) -> Int {
        Int(job.uuid.uuid.0) << 8 | Int(job.uuid.uuid.1)
    }
}
