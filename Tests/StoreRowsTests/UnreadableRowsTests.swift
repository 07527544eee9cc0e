import InMemoryLogging
import Logging
import StoreRows
import Testing

@Suite struct `Rows that can't be read` {
    private struct OtherError: Error {}

    private let log: InMemoryLogHandler
    private let unreadable: UnreadableRows

    init() {
        let log = InMemoryLogHandler()
        self.log = log
        unreadable = UnreadableRows(logger: Logger(label: "test") { _ in log })
    }

    /// The numbers among these texts.
    private func list(
        _ rows: [String], limit: Int = .max, where isWanted: (Int) -> Bool = { _ in true }
    ) throws -> [Int] {
        var rows = rows.makeIterator()
        return try unreadable.list({ rows.next() }, limit: limit, where: isWanted) { try Self.number($0) }
    }

    private static func number(_ row: String) throws -> Int {
        guard let number = Int(row) else { throw UnreadableRow(.job, "the job \(row)", reason: "it is no number") }
        return number
    }

    private var errors: [String] { log.entries.map { $0.metadata["error"].map { "\($0)" } ?? "" } }

    @Test func `are left out, and those before and after them are not`() throws {
        #expect(try list(["a", "1", "b", "c", "2", "d"]) == [1, 2])
        #expect(try list(["a"]).isEmpty)
        #expect(try list([]).isEmpty)
    }

    @Test func `do not count towards the limit, and neither do those that are not wanted`() throws {
        #expect(try list(["a", "1", "b", "2", "3"], limit: 2) == [1, 2])
        #expect(try list(["1", "a", "2", "3", "4", "5"], limit: 2) { $0 > 1 } == [2, 3])
        #expect(try list(["1"], limit: 0).isEmpty)
    }

    @Test func `after the last one of a list are not read`() throws {
        #expect(try list(["1", "2", "a"], limit: 2) == [1, 2])
        #expect(log.entries.isEmpty)
    }

    @Test func `are logged at error level, each once and not with every call`() throws {
        for _ in 0..<3 { _ = try list(["a", "1", "b", "a"]) }
        #expect(try unreadable.value { try Self.number("c") } == nil)
        #expect(
            errors == [
                "the job a can't be read: it is no number", "the job b can't be read: it is no number",
                "the job c can't be read: it is no number",
            ])
        #expect(log.entries.allSatisfy { $0.level == .error && $0.metadata["table"] == "job" })
    }

    @Test func `are told from other errors, which are thrown on`() throws {
        var rows = ["1", "2"].makeIterator()
        #expect(throws: OtherError.self) {
            try unreadable.list({ rows.next() }) { (_: String) throws -> Int in throw OtherError() }
        }
        #expect(throws: OtherError.self) {
            try unreadable.list({ () throws -> String? in throw OtherError() }) { try Self.number($0) }
        }
        #expect(throws: OtherError.self) {
            try unreadable.value { () throws -> Int in throw OtherError() }
        }
        #expect(log.entries.isEmpty)
        #expect(try unreadable.value { 7 } == 7)
    }

    @Test func `are named, whatever the error of the reading is`() throws {
        let other = try #require(
            #expect(throws: UnreadableRow.self) {
                try UnreadableRow.naming(.pause, "the pause 1") { () throws -> Int in throw OtherError() }
            })
        #expect(other.table == .pause && other.description == "the pause 1 can't be read: OtherError()")
        let context = DecodingError.Context(codingPath: [], debugDescription: "it is empty")
        let corrupted = try #require(
            #expect(throws: UnreadableRow.self) {
                try UnreadableRow.naming(.apiKey, "the API key ops") { () throws -> Int in
                    throw DecodingError.dataCorrupted(context)
                }
            })
        #expect(corrupted.description == "the API key ops can't be read: it is empty")
        #expect(try UnreadableRow.naming(.job, "the job a") { 7 } == 7)
    }
}
