import Determinism
import Testing

@testable import JobCore

@Suite struct `A TZif file` {
    /// An hour east of UTC from 2001-09-09T01:46:40Z, two hours from 2033-05-18T03:33:20Z.
    private static let valid = TZifFile(
        types: [.init(0), .init(3_600, isSaving: 1), .init(7_200)],
        changes: [(1_000_000_000, 1), (2_000_000_000, 2)], footer: "<+02>-2")

    private static func changed(_ change: (inout TZifFile) -> Void) -> TZifFile {
        var file = valid
        change(&file)
        return file
    }

    @Test(arguments: [0, 0x32, 0x33, 0x34] as [UInt8])
    func `of the versions 1 to 4 is read`(version: UInt8) throws {
        let file = Self.changed {
            $0.version = version
            ($0.standardIndicators, $0.utIndicators) = ([1, 0, 1], [1, 0, 0])
        }
        let rules = try TZifReader.rules(of: file.bytes)
        for (seconds, offset) in [
            (Int64.min, 0), (999_999_999, 0), (1_000_000_000, 3_600), (1_999_999_999, 3_600), (2_000_000_000, 7_200),
            (.max / 1_000, 7_200),
        ] as [(Int64, Int64)] {
            #expect(rules.offset(at: seconds) == offset, "\(seconds)")
        }
        #expect(rules.nextChange(after: .min) == 1_000_000_000)
        #expect(rules.nextChange(after: 1_000_000_000) == 2_000_000_000)
        #expect(rules.nextChange(after: 2_000_000_000) == nil)
    }

    @Test func `of version 2 has times of 64 bits`() throws {
        let file = TZifFile(types: [.init(-3_600), .init(60)], changes: [(-5_000_000_000, 1)])
        let rules = try TZifReader.rules(of: file.bytes)
        #expect(rules.offset(at: -5_000_000_001) == -3_600 && rules.offset(at: -5_000_000_000) == 60)
    }

    @Test func `has no change where only the name of the local time differs`() throws {
        let file = TZifFile(
            types: [.init(60), .init(60, isSaving: 1), .init(120)], changes: [(10, 1), (20, 0), (30, 2), (40, 2)])
        let rules = try TZifReader.rules(of: file.bytes)
        #expect(rules.nextChange(after: 0) == 30 && rules.nextChange(after: 30) == nil)
    }

    private static let wrong: [(String, TZifFile)] = [
        ("its version is not", changed { $0.version = 0x31 }),
        ("its version is not", changed { $0.version = 0x35 }),
        ("0 types", changed { $0.types = [] }),
        ("257 types", changed { $0.types = Array(repeating: .init(0), count: 257) }),
        ("ascending", changed { $0.changes = [(5, 1), (5, 2)] }),
        ("ascending", changed { $0.changes = [(5, 1), (4, 2)] }),
        ("no type of local time", changed { $0.changes = [(5, 3)] }),
        ("no type of local time", changed { $0.changes = [(5, 255)] }),
        ("-90000 s is out of range", changed { $0.types[1].offset = -90_000 }),
        ("93600 s is out of range", changed { $0.types[1].offset = 93_600 }),
        ("out of range", changed { $0.types[0].offset = .min }),
        ("neither standard nor", changed { $0.types[1].isSaving = 2 }),
        ("no abbreviation", changed { $0.types[1].abbreviation = 4 }),
        ("no abbreviation", changed { $0.abbreviations = [] }),
        ("do not end in a zero", changed { $0.abbreviations = Array("LMTX".utf8) }),
        ("leap seconds", changed { $0.leapSeconds = [78_796_800] }),
        ("one indicator for each", changed { $0.standardIndicators = [1] }),
        ("one indicator for each", changed { $0.utIndicators = [1, 1] }),
        ("an indicator is not", changed { $0.utIndicators = [0, 1, 2] }),
        ("not a rule: \"EST\"", changed { $0.footer = "EST" }),
        ("not a rule", changed { $0.footer = "<+02>-2\n" }),
        ("not a rule", changed { $0.footer = "<+02>-2\0" }),
    ]

    @Test(arguments: wrong) func `with a part that is wrong is refused with the reason`(reason: String, file: TZifFile)
        throws
    {
        let error = try #require(throws: ZoneError.self) { try TZifReader.rules(of: file.bytes) }
        #expect("\(error)".contains(reason), "\(error)")
    }

    @Test(arguments: [-89_999, 93_599] as [Int32])
    func `may have offsets up to the limits of RFC 9636`(offset: Int32) throws {
        #expect(try TZifReader.rules(of: TZifFile(offset: offset).bytes).offset(at: 0) == Int64(offset))
    }

    @Test(arguments: [0, 0x32] as [UInt8]) func `that is cut off anywhere, or goes on, is refused`(version: UInt8) {
        let bytes = Self.changed { $0.version = version }.bytes
        for count in bytes.indices {
            #expect(throws: ZoneError.self, "\(count)") { try TZifReader.rules(of: Array(bytes.prefix(count))) }
        }
        #expect(throws: ZoneError.self) { try TZifReader.rules(of: bytes + [0]) }
        #expect(throws: ZoneError.self) { try TZifReader.rules(of: Array(repeating: 0, count: 70_000)) }
    }

    @Test func `whose counts are huge is refused at once`() {
        for version in [0, 0x32] as [UInt8] {
            for place in stride(from: 20, to: 44, by: 4) {
                var bytes = Self.changed { $0.version = version }.bytes
                bytes.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
                #expect(throws: ZoneError.self) { try TZifReader.rules(of: bytes) }
            }
        }
    }

    @Test func `with any bytes changed is read or refused, and answers without a crash`() {
        let zones = [
            Self.valid, TZifFile(offset: -18_000, rule: "EST5EDT,M3.2.0,M11.1.0"),
            TZifFile(
                types: [.init(0), .init(3_600)], changes: [(.min, 1), (.max, 0)], footer: "AAA0BBB,0/-167,J365/167"),
        ]
        let instants: [Int64] = [.min / 1_000, -1, 0, 1_900_000_000, 16_000_000_000, 20_000_000_000, .max / 1_000]
        var random = SplitMix64(seed: 9_636)
        var readCount = 0
        for round in 0..<3_000 {
            var bytes = zones[round % zones.count].bytes
            for _ in 0..<random.int(0...3) { bytes[random.int(0...bytes.count - 1)] = UInt8(random.int(0...255)) }
            guard let rules = try? TZifReader.rules(of: bytes) else { continue }
            readCount += 1
            for seconds in instants {
                _ = rules.offset(at: seconds)
                guard let next = rules.nextChange(after: seconds) else { continue }
                #expect(next > seconds)
                // From 2600 on, offsets are those of 400 years before.
                if next < 19_880_899_200 { #expect(rules.offset(at: next) != rules.offset(at: next - 1)) }
            }
        }
        #expect(readCount > 500)
    }
}
