public import Foundation
public import JobCore
public import Store

extension SQLiteStore: RecorderStore {
    /// One process writes at a time, so recorders are no faster for sharing the lines.
    public func noteActiveLines(
        _ count: Int, of recorder: UUID, at now: Instant, othersSince since: Instant
    ) async throws(StoreError) -> [Int] { [] }
}
