import Determinism
import Foundation
import Gzip
import JobCore
import TestServers
import Testing

@testable import Exporter

/// Guarantee: what was acked is in the files, whatever died when.
@Suite struct FileRecoveryTests {
    private static let name = "2026-11-27/events-2026-11-27T03Z-one-1.jsonl.gz"

    /// The files that another process completes which finds a `.part` file with these bytes.
    private static func recovered(_ bytes: some Collection<UInt8>) async throws -> [String: [UInt8]] {
        let place = try ExportPlace()
        let part = URL(filePath: "\(place.path)/\(name).part")
        try FileManager.default.createDirectory(at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: part)
        let files = try await place.opened()
        try await files.close()
        return Dictionary(uniqueKeysWithValues: try place.paths().map { ($0, try place.bytes($0)) })
    }

    private static func member(_ lines: [String]) throws -> [UInt8] {
        try GzipMember.compressed(ExportPlace.text(lines))
    }

    @Test func `a crash at any byte of the last member leaves exactly what was acked`() async throws {
        let acked = try Self.member(["first"]) + Self.member(["second"])
        let last = try Self.member(["third", "fourth"])
        for count in 0..<last.count {
            let files = try await Self.recovered(acked + last.prefix(count))
            #expect(files == [Self.name: acked], "\(count) bytes")
        }
        #expect(try await Self.recovered(acked + last) == [Self.name: acked + last])
    }

    @Test func `a file without a complete member is removed`() async throws {
        let member = try Self.member(["first"])
        for count in [0, 1, 12, member.count - 1] {
            #expect(try await Self.recovered(member.prefix(count)).isEmpty, "\(count) bytes")
        }
    }

    @Test(arguments: [[UInt8](repeating: 0, count: 70_000), Array("no gzip".utf8)])
    func `what is no member is kept beside the file`(rest: [UInt8]) async throws {
        let acked = try Self.member(["first"])
        #expect(try await Self.recovered(acked + rest) == [Self.name: acked, "\(Self.name).damaged": rest])
    }

    @Test func `a part of another name, and other files, are left alone`() async throws {
        let place = try ExportPlace()
        let day = "\(place.path)/2026-11-27"
        try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
        let names = [
            "events-2026-11-27T03Z-one-two-1.jsonl.gz.part", "events-2026-11-27T03Z-One-1.jsonl.gz.part", "note",
        ]
        for name in names { try Data("x".utf8).write(to: URL(filePath: "\(day)/\(name)")) }
        try await place.opened("one").close()
        #expect(Set(try place.paths()) == Set(names.map { "2026-11-27/\($0)" }))
    }

    /// A random life: batches, hours, crashes with a torn member, orderly ends.
    @Test(arguments: 1...25)
    func `whatever happens, the files have each line that was written, once, in order`(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let place = try ExportPlace()
        var now = try ExportPlace.instant("00:00:00")
        var expected: [String] = []
        var files: EventFiles? = try await place.opened(fileBytesMax: Int64(random.int(60...400)))
        for step in 0..<40 {
            switch random.int(1...10) {
            case 1...6:
                let lines = (0..<random.int(1...5)).map { "\(step).\($0) \(random.int(0...1_000_000))" }
                try await files?.write([.events: ExportPlace.text(lines)], at: now)
                expected += lines
            case 7: now = now.adding(milliseconds: Int64(random.int(0...7_200_000)))
            case 8: try await files?.completeDue(at: now)
            case 9:
                try await files?.close()
                files = try await place.opened(fileBytesMax: Int64(random.int(60...400)))
            default:
                files = nil
                try Self.tear(place, &random)
                files = try await place.opened(fileBytesMax: Int64(random.int(60...400)))
            }
        }
        try await files?.close()
        #expect(try await place.lines() == expected)
        #expect(try place.paths().allSatisfy { $0.hasSuffix(".jsonl.gz") })
    }

    /// What a write that the crash interrupted leaves.
    private static func tear(_ place: ExportPlace, _ random: inout SplitMix64) throws {
        let torn = try member(["torn \(random.int(0...1_000_000))"])
        for part in try place.paths() where part.hasSuffix(".part") {
            let bytes = try place.bytes(part) + torn.prefix(random.int(0...torn.count - 1))
            try Data(bytes).write(to: URL(filePath: "\(place.path)/\(part)"))
        }
    }
}
