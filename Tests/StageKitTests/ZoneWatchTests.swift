import Determinism
import InMemoryLogging
import JobCore
import Logging
import Testing

@testable import StageKit

@Suite struct `The watch over the time zones` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private let files: ZoneFiles
    private let zones: ZoneDatabase
    private let time = HandTime(start)
    private let log = InMemoryLogHandler()
    private let watch: ZoneWatch

    init() throws {
        files = try ZoneFiles()
        zones = ZoneDatabase(folder: files.path)
        let log = log
        watch = ZoneWatch(zones, time: time, logger: Logger(label: "test") { _ in log })
        try files.put("Test/Zone", TZifFile(offset: 0))
        _ = try Schedule("at(2030-01-01T00:00:00)", timeZone: "Test/Zone", zones: zones)
    }

    private var lines: [String] { log.entries.map { "\($0.level) \($0.message) \($0.metadata["error"] ?? "-")" } }

    @Test func `notices a new file and logs from when its rules are in force`() throws {
        var clock = ClockGuard()
        watch.look(&clock)
        #expect(log.entries.isEmpty)
        try files.put("Test/Zone", TZifFile(offset: 3_600))
        time.pass(milliseconds: 5_000)
        watch.look(&clock)
        let entry = try #require(log.entries.first)
        #expect(entry.level == .notice && "\(entry.message)" == "time zones have changed")
        #expect(entry.metadata["zones"] == "Test/Zone" && entry.metadata["from"] == "2027-01-15T08:01:00Z")
        watch.look(&clock)
        #expect(log.entries.count == 1)
    }

    @Test func `logs once that a file cannot be used`() throws {
        var clock = ClockGuard()
        try files.put("Test/Zone", bytes: Array("TZif".utf8))
        for _ in 0..<3 { watch.look(&clock) }
        #expect(lines == ["error a time zone's file cannot be used, its rules stay as they were it is cut off"])
    }

    @Test func `waits while the clock is not believed`() throws {
        var clock = ClockGuard()
        watch.look(&clock)
        let before = zones.generation
        try files.put("Test/Zone", TZifFile(offset: 3_600))
        time.setWallClock(Self.start.adding(seconds: 86_400 * 365))
        watch.look(&clock)
        #expect(zones.generation == before)
        time.setWallClock(Self.start)
        watch.look(&clock)
        #expect(zones.generation == before + 1)
    }

    @Test func `logs at the start that there is no folder, and ends when its task is cancelled`() async throws {
        let missing = ZoneDatabase(folder: "\(files.path)/missing")
        let log = log
        let watch = ZoneWatch(missing, time: time, logger: Logger(label: "test") { _ in log })
        let running = Task { try await watch.run() }
        running.cancel()
        try await running.value
        #expect(
            lines == [
                "error only the time zone UTC is known the folder of the time zones can't be read: "
                    + "\(files.path)/missing"
            ])
    }
}
