import Determinism
import Foundation
import Glibc
import Gzip
import JobCore
import TestServers
import Testing

@testable import Exporter

/// The files, on a real disk.
@Suite struct EventFilesTests {
    private let place: ExportPlace

    init() throws { place = try ExportPlace() }

    private func write(
        _ files: EventFiles, _ lines: [String], _ kind: ExportKind = .events, at time: String = "03:10:00"
    ) async throws {
        try await files.write([kind: ExportPlace.text(lines)], at: ExportPlace.instant(time))
    }

    @Test func `a file has its name once it is complete, and is for owner and group`() async throws {
        let files = try await place.opened()
        try await write(files, ["a", "b"])
        try await write(files, ["c"])
        #expect(try place.paths() == ["2026-11-27/events-2026-11-27T03Z-one-1.jsonl.gz.part"])
        try await files.close()
        #expect(try place.paths() == ["2026-11-27/events-2026-11-27T03Z-one-1.jsonl.gz"])
        #expect(try await place.lines() == ["a", "b", "c"])
        for (path, mode) in [("2026-11-27", 0o750), (try place.paths()[0], 0o640)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(place.path)/\(path)")
            let permissions = try #require(attributes[.posixPermissions] as? Int)
            #expect(permissions & ~mode == 0 && permissions & 0o600 == 0o600, "\(path)")
        }
    }

    @Test func `rejected lines have files of their own`() async throws {
        let files = try await place.opened()
        try await files.write(
            [.events: ExportPlace.text(["e"]), .rejected: ExportPlace.text(["r"])],
            at: ExportPlace.instant("03:00:00"))
        try await files.close()
        #expect(try await place.lines(.events) == ["e"])
        #expect(try await place.lines(.rejected) == ["r"])
    }

    @Test func `when the hour is over, its files are complete, also without another event`() async throws {
        let files = try await place.opened()
        try await write(files, ["a"], at: "03:59:59")
        try await write(files, ["b"], at: "04:00:00")
        #expect(
            try place.paths() == [
                "2026-11-27/events-2026-11-27T03Z-one-1.jsonl.gz",
                "2026-11-27/events-2026-11-27T04Z-one-2.jsonl.gz.part",
            ])
        try await files.completeDue(at: ExportPlace.instant("04:59:59"))
        #expect(try await place.lines() == ["a"])
        try await files.completeDue(at: ExportPlace.instant("05:00:00"))
        #expect(try await place.lines() == ["a", "b"])
        // The clock is set back: nothing is added to the file that is complete.
        try await write(files, ["c"], at: "04:30:00")
        try await files.close()
        #expect(try place.paths().last == "2026-11-27/events-2026-11-27T04Z-one-3.jsonl.gz")
    }

    @Test func `no file becomes larger than the limit`() async throws {
        let files = try await place.opened(fileBytesMax: 100)
        let lines = (0..<20).map { "\($0)" }
        for line in lines { try await write(files, [line]) }
        try await files.close()
        let paths = try place.paths()
        #expect(paths.count > 2)
        for path in paths { #expect(try place.bytes(path).count <= 100) }
        #expect(try await place.lines() == lines)
    }

    @Test func `a number is not given again, although its file was taken elsewhere`() async throws {
        for number in 1...3 {
            let files = try await place.opened()
            try await write(files, ["a"])
            try await files.close()
            let path = "2026-11-27/events-2026-11-27T03Z-one-\(number).jsonl.gz"
            #expect(try place.paths() == [path])
            try FileManager.default.removeItem(atPath: "\(place.path)/\(path)")
        }
    }

    @Test(arguments: ["", "nonsense\n", "0000000000000000000\n", "-5\n"])
    func `a number is above those of files that are there, whatever the lock file says`(text: String) async throws {
        let day = "\(place.path)/2026-11-27"
        try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: "\(day)/events-2026-11-27T03Z-one-7.jsonl.gz"))
        try text.write(toFile: "\(place.path)/one.lock", atomically: false, encoding: .utf8)
        let files = try await place.opened()
        try await write(files, ["a"])
        try await files.close()
        #expect(try place.paths().last == "2026-11-27/events-2026-11-27T03Z-one-8.jsonl.gz")
    }

    @Test func `two with one name: the second ends, and one with another name has files of its own`() async throws {
        let first = try await place.opened("one")
        try await write(first, ["a"])
        await #expect(throws: ExporterNameTaken(name: "one", folder: place.path)) {
            try await place.files("one").open()
        }
        let other = try await place.opened("one-1")
        try await write(other, ["b"])
        try await other.close()
        #expect(try await place.lines() == ["b"])
        try await write(first, ["c"])
        try await first.close()
        #expect(try await place.lines().sorted() == ["a", "b", "c"])
    }

    @Test func `a folder that is missing is not made, and is used once it is there`() async throws {
        try FileManager.default.removeItem(atPath: place.path)
        let files = try place.files()
        await #expect(throws: ExportFault.self) { try await files.open() }
        #expect(!FileManager.default.fileExists(atPath: place.path))
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: true)
        try await files.open()
        try await write(files, ["a"])
        try await files.close()
        #expect(try await place.lines() == ["a"])
    }

    @Test func `what could not be written can be written later`() async throws {
        let files = try await place.opened()
        // A file where the folder of the day should be.
        try Data().write(to: URL(filePath: "\(place.path)/2026-11-27"))
        for _ in 0..<3 { await #expect(throws: ExportFault.self) { try await write(files, ["a"]) } }
        try FileManager.default.removeItem(atPath: "\(place.path)/2026-11-27")
        try await write(files, ["a"])
        try await files.close()
        #expect(try await place.lines() == ["a"])
    }

    @Test(arguments: [false, true])
    func `a file that is taken away while it is written is given up, and the next ones are written`(isFolder: Bool)
        async throws
    {
        let files = try await place.opened()
        try await write(files, ["a"])
        let day = "\(place.path)/2026-11-27"
        if isFolder {
            try FileManager.default.moveItem(atPath: day, toPath: "\(place.path)/moved")
        } else {
            try FileManager.default.removeItem(atPath: "\(place.path)/\(try place.paths()[0])")
        }
        try await write(files, ["b"], at: "04:00:00")
        try await files.close()
        let path = "2026-11-27/events-2026-11-27T04Z-one-2.jsonl.gz"
        #expect(try place.paths().contains(path))
        let kept = isFolder ? ["moved/events-2026-11-27T03Z-one-1.jsonl.gz.part"] : []
        #expect(try Set(place.paths()) == Set(kept + [path]))
    }

    @Test func `a file of that name that somebody made is not replaced`() async throws {
        let files = try await place.opened()
        try await write(files, ["a"])
        let day = "\(place.path)/2026-11-27"
        let name = "events-2026-11-27T04Z-one-2.jsonl.gz"
        try "foreign".write(toFile: "\(day)/\(name)", atomically: true, encoding: .utf8)
        await #expect(throws: ExportFault.self) { try await write(files, ["b"], at: "04:00:00") }
        // The next try takes the next number.
        try await write(files, ["b"], at: "04:00:00")
        try await files.close()
        #expect(try String(contentsOfFile: "\(day)/\(name)", encoding: .utf8) == "foreign")
        try FileManager.default.removeItem(atPath: "\(day)/\(name)")
        #expect(try await place.lines() == ["a", "b"])
    }
}
