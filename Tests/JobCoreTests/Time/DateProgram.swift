import Foundation

/// The program `date`, whose C library reads TZif files by itself.
enum DateProgram {
    /// The offsets of the zone in a TZif file, in seconds east of UTC.
    static func offsets(inZoneOf file: String, at instants: [Int64]) throws -> [Int64] {
        let input = FileManager.default.temporaryDirectory.appending(path: "belfry-instants-\(UUID().uuidString)")
        try Data(instants.map { "@\($0)\n" }.joined().utf8).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/env")
        program.arguments = ["date", "--file=\(input.path)", "+%::z"]
        program.environment = ["TZ": ":\(file)", "PATH": "/usr/bin:/bin"]
        let output = Pipe()
        program.standardOutput = output
        try program.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        program.waitUntilExit()
        return text.split(separator: UInt8(ascii: "\n")).map(seconds)
    }

    /// Reads `+hh:mm:ss`.
    private static func seconds(_ text: Data) -> Int64 {
        let digits = text.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.map { Int64($0 - 0x30) }
        guard digits.count == 6 else { return .max }
        let hours = digits[0] * 10 + digits[1]
        let minutes = digits[2] * 10 + digits[3]
        return (text.first == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60 + digits[4] * 10 + digits[5])
    }
}
