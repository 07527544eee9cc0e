import JobCore
import Store
import StoreRows
import Testing

@Suite struct `The window of a search` {
    private static func instant(_ minute: Int64) -> Instant { Instant(secondsSinceEpoch: 1_900_000_000 + 60 * minute) }

    private static func position(_ minute: Int64, _ number: Int64) -> ExecutionPosition {
        ExecutionPosition(occurrence: instant(minute), number: number)
    }

    /// Whether a search can find an execution at this position.
    private static func finds(_ query: ExecutionQuery, _ position: ExecutionPosition) -> Bool {
        let window = SearchWindow(query)
        return window.start.precedes(position)
            && position.occurrence.millisecondsSinceEpoch >= window.sinceMilliseconds
    }

    @Test func `of no condition has every position`() {
        let query = ExecutionQuery()
        #expect(Self.finds(query, Self.position(0, 1)))
        #expect(Self.finds(query, ExecutionPosition(occurrence: Instant.recordable.upperBound, number: .max)))
        #expect(Self.finds(query, ExecutionPosition(occurrence: Instant.recordable.lowerBound, number: 1)))
    }

    @Test func `begins at since, which is in it, and ends before until`() {
        let query = ExecutionQuery(since: Self.instant(2), until: Self.instant(4))
        #expect((Int64(0)..<6).filter { Self.finds(query, Self.position($0, 7)) } == [2, 3])
        #expect(SearchWindow(query).sinceMilliseconds == Self.instant(2).millisecondsSinceEpoch)
        let last = ExecutionPosition(occurrence: Self.instant(4).adding(milliseconds: -1), number: .max)
        #expect(Self.finds(query, last))
    }

    @Test func `of a later page has what comes after the page before: earlier occurrences, and lower numbers of one`() {
        let query = ExecutionQuery(more: Self.position(3, 5))
        let positions = [(4, 1), (3, 6), (3, 5), (3, 4), (2, 9)] as [(Int64, Int64)]
        #expect(positions.map { Self.finds(query, Self.position($0, $1)) } == [false, false, false, true, true])
    }

    /// The minute of until, that of the fifth execution at which the page before has ended, and the window's start.
    private static let starts: [(Int64?, Int64?, ExecutionPosition)] = [
        (4, 3, position(3, 5)), (3, 4, position(3, .min)),
        // Nothing of the minute itself is before until.
        (4, 4, position(4, .min)),
        (nil, 3, position(3, 5)), (3, nil, position(3, .min)),
    ]

    @Test(arguments: starts)
    func `begins after the page before or at until, whichever leaves less`(
        until: Int64?, more: Int64?, start: ExecutionPosition
    ) {
        let query = ExecutionQuery(until: until.map(Self.instant), more: more.map { Self.position($0, 5) })
        #expect(SearchWindow(query).start == start)
    }
}
