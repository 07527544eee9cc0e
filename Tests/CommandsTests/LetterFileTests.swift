import Commands
import Foundation
import JSON
import Testing

@Suite struct `A file of exported letters` {
    private static let good =
        #"{"id":"4a01965e-53f8-5e10-91d0-3f4a7e34dd21","queue":"courier.deliveries","origin":{"exchange":"belfry","#
        + #""routing_key":null,"queue":"courier.deliveries"},"headers":{"a":"b"},"body":"{}","body_is_cut":false}"#

    private static func changed(_ old: String, _ new: String) -> String { good.replacing(old, with: new) }

    private func read(_ text: String) async throws -> (count: Int, lines: [Int], values: [JSONValue]) {
        let files = try TemporaryFiles(["letters.jsonl": text])
        let file = try LetterFile("\(files.path)/letters.jsonl")
        let count = try file.check()
        var (lines, values) = ([Int](), [JSONValue]())
        try await file.forEach { letter in
            lines.append(letter.line)
            values.append(letter.value)
            return true
        }
        return (count, lines, values)
    }

    @Test(
        arguments: [
            ("", []), ("\n \n\t\r\n", []), (good, [1]), ("\(good)\n", [1]), ("\(good)\r\n\n\(good)", [1, 3]),
            (changed(#""body":"{}""#, #""body_base64":"/w==""#), [1]),
            (changed(#""origin":{"#, #""copies":2,"origin":{"#), [1]),
        ] as [(String, [Int])])
    func `is read line by line`(text: String, lines: [Int]) async throws {
        let result = try await read(text)
        #expect(result.count == lines.count && result.lines == lines)
        #expect(result.values.allSatisfy { $0.text.contains("4a01965e") })
    }

    @Test func `gives each letter as it is, until no more are wanted`() async throws {
        let files = try TemporaryFiles(["f": (0..<2_000).map { Self.changed("{}", "\($0)") }.joined(separator: "\n")])
        let file = try LetterFile("\(files.path)/f")
        #expect(try file.check() == 2_000)
        var values: [JSONValue] = []
        try await file.forEach { letter in
            values.append(letter.value)
            return letter.line < 1_500
        }
        #expect(values.count == 1_500)
        #expect(try values.last == JSONValue(parsing: Array(Self.changed("{}", "1499").utf8)))
    }

    @Test(arguments: [
        ("x", "1:1: ", "letter"), ("[]", "1:1: ", "letter"), ("{}", "1:", "id"), ("\n\n{\"id\": 5}", "3:", "/id"),
        (changed("4a01965e", "xa01965e"), "1:", "/id"), (changed("\"b\"", "1"), "1:", "/headers/a"),
        (changed("\"queue\":\"courier.deliveries\",\"o", "\"queue\":\"mine\",\"o"), "1: ", "“mine”"),
        (changed("\"queue\":\"courier.deliveries\",\"o", "\"queue\":\"ticker.baton\",\"o"), "1: ", "no queue with"),
        (changed(#""body":"{}","#, ""), "1: ", "body is missing"),
        (changed(#""body":"{}""#, #""body":"","body_base64":"""#), "1: ", "keep one"),
        (changed(#""body":"{}""#, #""body_base64":"?""#), "1: ", "not base64"),
        (changed("false", "true"), "1: ", "cut off"), ("\(good)\n\(good)}", "2:", "letter"),
        ("\(good)\n\(String(good.dropLast(9)))", "2:", "letter"),
    ])
    func `is refused with file, line and mistake`(text: String, place: String, message: String) async throws {
        let error = await #expect(throws: InvalidFiles.self) { try await read(text) }
        let line = try #require(error?.lines.first)
        #expect(line.contains("/letters.jsonl:\(place)") && line.contains(message), "\(line)")
    }

    @Test func `is refused with all its mistakes, of many the first hundred`() async throws {
        let text = (0..<300).map { $0.isMultiple(of: 2) ? Self.good : "x" }.joined(separator: "\n")
        let error = await #expect(throws: InvalidFiles.self) { try await read(text) }
        #expect(error?.faults.count == 100 && error?.faults.last?.place.line == 200)
    }

    @Test func `has no line that is longer than the limit`() async throws {
        let limit = LetterFile.lineBytesMax
        let padding = String(repeating: " ", count: limit - Self.good.utf8.count)
        let longest = try await read("\(Self.good)\(padding)\n\(Self.good)")
        #expect(longest.count == 2)
        let error = await #expect(throws: InvalidFiles.self) { try await read("\(Self.good)\n\(Self.good)\(padding) ") }
        #expect(error?.lines.first?.contains("letters.jsonl:2: is too long: a line has at most 16384 KiB") == true)
    }

    @Test func `that changes after the check sends nothing wrong`() async throws {
        let files = try TemporaryFiles(["f": "\(Self.good)\n\(Self.good)\n"])
        let file = try LetterFile("\(files.path)/f")
        #expect(try file.check() == 2)
        let handle = try #require(FileHandle(forUpdatingAtPath: "\(files.path)/f"))
        try handle.seek(toOffset: UInt64(Self.good.utf8.count + 3))
        try handle.write(contentsOf: Data("x".utf8))
        var lines: [Int] = []
        let error = await #expect(throws: FileFault.self) {
            try await file.forEach { letter in
                lines.append(letter.line)
                return true
            }
        }
        #expect(lines == [1] && error?.place.line == 2)
    }

    @Test func `must be there, and no folder`() throws {
        let files = try TemporaryFiles()
        #expect(throws: FileFault.self) { try LetterFile("\(files.path)/none") }
        #expect(throws: FileFault.self) { try LetterFile(files.path) }
    }
}

@Suite struct `A new file` {
    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func `is there as a whole when it is finished, for its owner only`() throws {
        let files = try TemporaryFiles(["out": "old"])
        let path = "\(files.path)/out"
        let file = try NewFile(path)
        try file.write(line: "a")
        try file.write(line: "ü")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        try file.finish()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a\nü\n")
        #expect(try mode(path) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == ["out"])
    }

    @Test func `leaves nothing behind if it is not finished`() throws {
        let files = try TemporaryFiles(["out": "old"])
        do {
            let file = try NewFile("\(files.path)/out")
            try file.write(line: "a")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == ["out"])
        #expect(try String(contentsOfFile: "\(files.path)/out", encoding: .utf8) == "old")
    }

    @Test func `keeps a link to the file that it replaces, and replaces neither folder nor device`() throws {
        let files = try TemporaryFiles(["real": "old"])
        try files.link("link", to: "\(files.path)/real")
        let file = try NewFile("\(files.path)/link")
        try file.write(line: "new")
        try file.finish()
        #expect(try String(contentsOfFile: "\(files.path)/real", encoding: .utf8) == "new\n")
        for path in [files.path, "/dev/null", "\(files.path)/none/out"] {
            #expect(throws: FileFault.self) { try NewFile(path) }
        }
    }
}
