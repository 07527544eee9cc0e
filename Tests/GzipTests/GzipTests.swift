import Determinism
import Gzip
import Testing

@Suite struct GzipTests {
    private static let members = [
        "", "a", String(repeating: "event ", count: 40_000), "{\"id\":\"1\"}\n", String(repeating: "x", count: 300),
    ]

    private static func file(_ texts: [String]) throws -> (bytes: [UInt8], ends: [Int]) {
        var (bytes, ends): ([UInt8], [Int]) = ([], [])
        for text in texts {
            bytes += try GzipMember.compressed(Array(text.utf8))
            ends.append(bytes.count)
        }
        return (bytes, ends)
    }

    private static func scan(_ bytes: some Collection<UInt8>, chunk: Int) throws -> (complete: Int64, isDamaged: Bool) {
        var scanner = try GzipScanner()
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            try scanner.scan(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
        }
        return (scanner.completeBytes, scanner.isDamaged)
    }

    @Test func `a member begins and ends as RFC 1952 has it`() throws {
        let member = try GzipMember.compressed(Array("abc".utf8))
        #expect(member.prefix(3) == [0x1F, 0x8B, 8])
        #expect(member.suffix(8) == [0xC2, 0x41, 0x24, 0x35, 3, 0, 0, 0])
    }

    @Test(arguments: [1, 7, 100, 65_536])
    func `a file that is cut anywhere is complete up to its last whole member`(chunk: Int) throws {
        let (bytes, ends) = try Self.file(Self.members)
        for length in 0...bytes.count {
            let expected = ends.last { $0 <= length } ?? 0
            let (complete, isDamaged) = try Self.scan(bytes.prefix(length), chunk: chunk)
            #expect(complete == Int64(expected) && !isDamaged, "\(length) bytes")
        }
    }

    @Test(arguments: [[UInt8](repeating: 0, count: 20), Array("no gzip at all".utf8)])
    func `what follows the last member and is no member is damage`(rest: [UInt8]) throws {
        let (bytes, _) = try Self.file(["first", "second"])
        let (complete, isDamaged) = try Self.scan(bytes + rest, chunk: 16)
        #expect(complete == Int64(bytes.count) && isDamaged)
    }

    @Test func `a changed byte within a member is damage, or leaves its end unknown`() throws {
        let (bytes, ends) = try Self.file(["first text of some length", "second text of some length"])
        // Behind the ten bytes of the header, of which some may be anything. All bits are changed, since the last byte
        // of the compressed text may have some that mean nothing (RFC 1951, 3.2.3).
        for index in ends[0] + 10..<bytes.count {
            var changed = bytes
            changed[index] ^= 0xFF
            let (complete, _) = try Self.scan(changed, chunk: 64)
            #expect(complete == Int64(ends[0]), "byte \(index)")
        }
    }

    @Test(arguments: 1...20)
    func `members of any bytes are found in chunks of any length`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var (bytes, ends): ([UInt8], [Int]) = ([], [0])
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let text = (0..<Int.random(in: 0...90_000, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            bytes += try GzipMember.compressed(text)
            ends.append(bytes.count)
        }
        let length = Int.random(in: 0...bytes.count, using: &random)
        let chunk = Int.random(in: 1...70_000, using: &random)
        let (complete, isDamaged) = try Self.scan(bytes.prefix(length), chunk: chunk)
        #expect(complete == ends.last { $0 <= length }.map(Int64.init) && !isDamaged)
    }
}
