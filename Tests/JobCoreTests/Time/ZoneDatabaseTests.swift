import Determinism
import Testing

@testable import JobCore

/// Guarantee: an upgrade of tzdata needs no restart.
@Suite struct `The database of time zones` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_010)
    /// The next full minute.
    private static let minute: Int64 = 1_800_000_060
    private let files: ZoneFiles
    private let zones: ZoneDatabase

    init() throws {
        files = try ZoneFiles()
        zones = ZoneDatabase(folder: files.path)
        try files.put("Test/Zone", TZifFile(offset: 3_600))
    }

    private func offsets(_ name: String = "Test/Zone") throws -> [Int64] {
        let zone = try zones.zone(named: name)
        return [zone.offset(at: Self.minute - 1), zone.offset(at: Self.minute)]
    }

    @Test func `reads a file again when it was replaced, and its rules are in force from the next full minute`() throws
    {
        #expect(try offsets() == [3_600, 3_600])
        let before = zones.generation
        try files.put("Test/Zone", TZifFile(offset: 7_200))
        #expect(try offsets() == [3_600, 3_600], "nothing looks at the file between two reloads")
        let reload = zones.reload(at: Self.now)
        #expect(reload.changed == ["Test/Zone"] && reload.unusable.isEmpty)
        #expect(reload.inForceFrom == Instant(secondsSinceEpoch: Self.minute))
        #expect(try offsets() == [3_600, 7_200])
        #expect(zones.generation > before)
    }

    @Test(arguments: [(0, 60), (58_999, 60), (59_000, 120), (59_999, 120)] as [(Int64, Int64)])
    func `leaves more than a second until new rules are in force`(milliseconds: Int64, inForceFrom: Int64) {
        let reload = zones.reload(at: Instant(millisecondsSinceEpoch: milliseconds))
        #expect(reload.inForceFrom.secondsSinceEpoch == inForceFrom)
    }

    @Test func `hands out rules that do not change`() throws {
        let zone = try zones.zone(named: "Test/Zone")
        try files.put("Test/Zone", TZifFile(offset: 7_200))
        _ = zones.reload(at: Self.now)
        #expect(zone.offset(at: Self.minute) == 3_600)
    }

    @Test func `has nothing new when a file was written again with the same rules`() throws {
        _ = try offsets()
        let before = zones.generation
        try files.put("Test/Zone", TZifFile(offset: 3_600))
        try files.put("Test/Other", TZifFile(offset: 0))
        #expect(zones.reload(at: Self.now).changed.isEmpty && zones.generation == before)
    }

    @Test func `keeps a zone whose file was removed or is wrong, reports that once, and takes the next good file`()
        throws
    {
        _ = try offsets()
        try files.put("Test/Zone", bytes: Array("TZif2".utf8))
        #expect(zones.reload(at: Self.now).unusable == ["Test/Zone": "it is cut off"])
        #expect(zones.reload(at: Self.now).unusable.isEmpty)
        try files.remove("Test/Zone")
        #expect(zones.reload(at: Self.now).unusable == ["Test/Zone": "there is no file of this name"])
        #expect(zones.reload(at: Self.now).unusable.isEmpty)
        #expect(try offsets() == [3_600, 3_600])
        try files.put("Test/Zone", TZifFile(offset: 0))
        #expect(zones.reload(at: Self.now).changed == ["Test/Zone"])
        #expect(try offsets() == [3_600, 0])
    }

    @Test func `tries a file again that the system could not read`() throws {
        _ = try offsets()
        try files.putSocket("Test/Zone")
        for _ in 0..<2 {
            // A socket can't be opened. Too many open files look the same, and the file does not change when they end.
            let reason = try #require(zones.reload(at: Self.now).unusable["Test/Zone"])
            #expect(reason.hasPrefix("it can't be opened"))
        }
        #expect(try offsets() == [3_600, 3_600])
    }

    @Test(arguments: [true, false]) func `finds a zone that comes after it was asked for`(isReloaded: Bool) throws {
        #expect(throws: ZoneError.unknown) { try zones.zone(named: "Test/New") }
        let before = zones.generation
        try files.put("Test/New", TZifFile(offset: 60))
        if isReloaded { #expect(zones.reload(at: Self.now).changed == ["Test/New"]) }
        #expect(try offsets("Test/New") == [60, 60])
        #expect(zones.generation > before)
    }

    @Test func `follows a link to another folder, in which all files are new`() throws {
        let versions = try ZoneFiles()
        let newer = try ZoneFiles()
        defer { withExtendedLifetime((versions, newer)) {} }
        try newer.put("Test/Zone", TZifFile(offset: -60))
        try versions.link("current", to: files.path)
        let zones = ZoneDatabase(folder: "\(versions.path)/current")
        _ = try zones.zone(named: "Test/Zone")
        try versions.remove("current")
        try versions.link("current", to: newer.path)
        #expect(zones.reload(at: Self.now).changed == ["Test/Zone"])
        #expect(try zones.zone(named: "Test/Zone").offset(at: Self.minute) == -60)
    }

    @Test func `knows UTC without any folder, and has a fault`() throws {
        let none = ZoneDatabase(folder: "\(files.path)/none")
        #expect(try none.zone(named: "UTC") == .utc && none.zone(named: "Etc/GMT-0") == .utc)
        #expect(none.fault == "the folder of the time zones can't be read: \(files.path)/none" && zones.fault == nil)
        let error = try #require(throws: ScheduleError.self) {
            try Schedule("rate(1 hour)", timeZone: "Test/Zone", zones: none)
        }
        #expect(error.part == .timeZone && error.hint.contains("Install the package tzdata"))
        #expect(!"\(error)".contains(files.path))
    }

    @Test func `explains a zone whose file is wrong`() throws {
        try files.put("Test/Wrong", bytes: Array("TZif2".utf8))
        let error = try #require(throws: ScheduleError.self) {
            try Schedule("rate(1 hour)", timeZone: "Test/Wrong", zones: zones)
        }
        #expect(error.message == "The data of the time zone \"Test/Wrong\" can't be used.")
    }

    @Test func `remembers a bounded number of names that no file has`() throws {
        for number in 0..<1_100 { _ = try? zones.zone(named: "Test/No\(number)") }
        try files.put("Test/No999", TZifFile(offset: 0))
        try files.put("Test/No1000", TZifFile(offset: 0))
        #expect(zones.reload(at: Self.now).changed == ["Test/No999"])
        #expect(throws: Never.self) { try zones.zone(named: "Test/No1000") }
    }
}
