import GRDB
import JobCore
import Store
import StoreRows

/// Reads the lists of an index as one, in the order of `ExecutionPosition`, and only as far as it is asked to.
struct PositionMerge {
    struct Entry {
        var position: ExecutionPosition
        /// Whether the execution meets the other conditions.
        var isMatch: Bool
    }

    private struct List {
        let value: DatabaseValue?
        /// What was read and is not taken yet, the next one last.
        var entries: [Entry] = []
        var nextReadCount: Int
        /// Until the list is read, a place that its first entry does not precede.
        var bound: ExecutionPosition?
        var isAtEnd = false

        /// Its place in the order of lists.
        var position: ExecutionPosition? { entries.last?.position ?? bound }
    }

    /// Of one list at once. To start a statement costs as much as to read several entries.
    private static let readCountMax = 1_024
    private static let firstReadCount = 256

    private let window: SearchWindow
    private let examinedMax: Int
    private let sameOccurrence: Statement
    private let earlier: Statement
    private let otherValues: [DatabaseValue]
    private var lists: [List]
    /// The lists that have an entry or are not read yet: a binary heap, the first one on top.
    private var heap: [Int] = []
    /// The entries that were read.
    private(set) var examined = 0
    private var lastTaken: ExecutionPosition?
    /// The last position that was taken, once `examinedMax` entries were read and there are more.
    private(set) var stoppedAt: ExecutionPosition?

    init(
        _ database: Database, of index: SearchIndex, in window: SearchWindow, where others: SQLConditions,
        examinedMax: Int
    ) throws {
        self.window = window
        self.examinedMax = examinedMax
        otherValues = others.values
        let selection = """
            SELECT e.occurrence_ms, e.seq, (\(others.text)) IS TRUE FROM execution e INDEXED BY \(index.name)
            WHERE \(index.condition)
            """
        // Two statements: SQLite finds a place in an index by a number only among entries of the same occurrence.
        sameOccurrence = try database.makeStatement(
            sql: selection + " AND e.occurrence_ms = ? AND e.seq < ? ORDER BY e.seq DESC LIMIT ?")
        earlier = try database.makeStatement(
            sql: selection
                + " AND e.occurrence_ms < ? AND e.occurrence_ms >= ? ORDER BY e.occurrence_ms DESC, e.seq DESC LIMIT ?")
        let readCount = max(1, Self.firstReadCount / max(1, index.listCount))
        lists = (index.values?.map(Optional.some) ?? [nil]).map { List(value: $0, nextReadCount: readCount) }
        try findBounds(database, index)
        heap = lists.indices.filter { lists[$0].bound != nil }.sorted { precedes($0, $1) }
    }

    /// Finds the first occurrence of each list, with one statement: of many lists most are never read.
    private mutating func findBounds(_ database: Database, _ index: SearchIndex) throws {
        let sql = index.eachList { condition in
            """
            SELECT e.occurrence_ms FROM execution e INDEXED BY \(index.name)
            WHERE \(condition) AND e.occurrence_ms <= ? AND e.occurrence_ms >= ?
            ORDER BY e.occurrence_ms DESC LIMIT 1
            """
        }
        let rows = try Row.fetchCursor(
            database, sql: sql,
            arguments: [
                window.start.occurrence.databaseValue, window.sinceMilliseconds.databaseValue, index.listsArgument,
            ])
        while let row = try rows.next() {
            guard let milliseconds = row[1] as Int64? else { continue }
            lists[row[0]].bound = ExecutionPosition(
                occurrence: Instant(millisecondsSinceEpoch: milliseconds), number: .max)
        }
    }

    /// Takes the next entry; nil when there is none, or when the search must stop.
    mutating func next() throws -> Entry? {
        while stoppedAt == nil, let list = heap.first {
            if let entry = lists[list].entries.popLast() {
                lastTaken = entry.position
                if lists[list].entries.isEmpty, !lists[list].isAtEnd { try read(list, after: entry.position) }
                settle(list)
                return entry
            }
            try read(list, after: window.start)
            settle(list)
        }
        return nil
    }

    /// Gives the list on top its place, or takes it away if it has no more entries.
    private mutating func settle(_ list: Int) {
        if lists[list].position == nil {
            heap[0] = heap[heap.count - 1]
            heap.removeLast()
        }
        sink()
    }

    private mutating func read(_ list: Int, after position: ExecutionPosition) throws {
        if examined >= examinedMax, let lastTaken {
            stoppedAt = lastTaken
            return
        }
        let count = lists[list].nextReadCount
        var entries: [Entry] = []
        let milliseconds = position.occurrence.millisecondsSinceEpoch
        if milliseconds >= window.sinceMilliseconds, position.number != .min {
            try read(
                sameOccurrence, list, [milliseconds.databaseValue, position.number.databaseValue], count, &entries)
        }
        if entries.count < count {
            let range = [milliseconds.databaseValue, window.sinceMilliseconds.databaseValue]
            try read(earlier, list, range, count - entries.count, &entries)
            lists[list].isAtEnd = entries.count < count
        }
        examined += entries.count
        lists[list].entries = entries.reversed()
        lists[list].bound = nil
        lists[list].nextReadCount = min(2 * count, Self.readCountMax)
    }

    private func read(
        _ statement: Statement, _ list: Int, _ range: [DatabaseValue], _ limit: Int, _ entries: inout [Entry]
    ) throws {
        let value = lists[list].value.map { [$0] } ?? []
        let rows = try Row.fetchCursor(
            statement, arguments: StatementArguments(otherValues + value + range + [limit.databaseValue]))
        while let row = try rows.next() {
            let position = ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: row[0]), number: row[1])
            entries.append(Entry(position: position, isMatch: row[2]))
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        guard let left = lists[left].position, let right = lists[right].position else { return false }
        return left.precedes(right)
    }

    /// Moves the top of the heap down to its place.
    private mutating func sink() {
        var place = 0
        while true {
            var first = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && precedes(heap[child], heap[first]) {
                first = child
            }
            if first == place { return }
            heap.swapAt(place, first)
            place = first
        }
    }
}
