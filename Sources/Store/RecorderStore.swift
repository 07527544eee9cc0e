public import Foundation
public import JobCore

/// The role in which recorders learn of each other, to share the lines of reports.
public protocol RecorderStore: Sendable {
    /// Notes on how many lines a recorder is active now. Returns the numbers of the other recorders that have noted
    /// theirs since `since`. None for a store that only programs of one machine open, which has one writer: there is
    /// nothing to be gained by sharing.
    func noteActiveLines(
        _ count: Int, of recorder: UUID, at now: Instant, othersSince since: Instant
    ) async throws(StoreError) -> [Int]
}
