import Foundation
import Testing

@testable import JobCore

/// The system's time zones, each read by Belfry and by the C library.
@Suite struct `The time zones of the system` {
    private static let path = "/usr/share/zoneinfo"
    /// 2101-01-01T00:00:00Z.
    private static let end: Int64 = 4_133_980_800

    /// The zones, each file once: other names are links to it.
    private static func zones() throws -> [(name: String, rules: ZoneRules)] {
        let names = try #require(FileManager.default.enumerator(atPath: path)).compactMap { $0 as? String }
        var seen: Set<Data> = []
        return try names.sorted().compactMap { name in
            guard ZoneFolder.isName(name), let rules = try? ZoneFolder(path: path).rules(of: name) else { return nil }
            let bytes = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
            return seen.insert(bytes).inserted ? (name, rules) : nil
        }
    }

    @Test func `have the offsets that the C library reads, from 1970 to 2100`() throws {
        let zones = try Self.zones()
        #expect(zones.count > 300)
        for (name, rules) in zones {
            // Both sides of each change, and many instants between.
            var instants = Array(stride(from: Int64(12_345), to: Self.end, by: 3_456_789))
            var next = rules.nextChange(after: 0)
            while let change = next, change < Self.end {
                instants += [change - 1, change]
                next = rules.nextChange(after: change)
            }
            let expected = try DateProgram.offsets(inZoneOf: "\(Self.path)/\(name)", at: instants)
            try #require(expected.count == instants.count, "\(name)")
            for (instant, offset) in zip(instants, expected) where rules.offset(at: instant) != offset {
                Issue.record("\(name) at \(instant): \(rules.offset(at: instant)), not \(offset)")
                break
            }
        }
    }

    @Test func `are all usable, each file that begins like one`() throws {
        let names = try #require(FileManager.default.enumerator(atPath: Self.path)).compactMap { $0 as? String }
        for name in names where ZoneFolder.isName(name) {
            do throws(ZoneError) {
                _ = try ZoneFolder(path: Self.path).rules(of: name)
            } catch {
                #expect(error == .unknown, "\(name): \(error)")
            }
        }
    }
}
