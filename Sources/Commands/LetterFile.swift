import Foundation
public import JSON

/// A file that `belfry dead export` has written. It is read twice, line by line: once to check all lines, and once to
/// send them. What can be read only once, such as standard input, is kept in a temporary file without a name.
public struct LetterFile {
    /// A letter of the file.
    public struct Letter: Sendable {
        /// From 1.
        public var line: Int
        /// The letter as it was exported.
        public var value: JSONValue
    }

    /// As long as the longest answer of the API.
    public static let lineBytesMax = 16 * 1_024 * 1_024
    /// How many mistakes are named; the rest of the file is then not checked.
    private static let faultsMax = 100
    private static let chunkBytes = 65_536

    /// The path as messages show it.
    public let name: String
    private let handle: FileHandle

    /// Opens a file, or standard input for `-`. Throws if it can't be read.
    public init(_ path: String) throws(FileFault) {
        name = InputFile.displayName(path)
        let opened = try InputFile.open(path)
        handle = InputFile.isRegular(path) ? opened : try Self.copied(opened, name)
    }

    /// Checks all lines and returns how many letters there are. Throws `InvalidFiles` with the lines at fault.
    public func check() throws(InvalidFiles) -> Int {
        var (count, faults) = (0, [FileFault]())
        do {
            var reader = try rewound()
            while let line = try reader.next(), faults.count < Self.faultsMax {
                guard !Self.isBlank(line.bytes) else { continue }
                count += 1
                guard let fault = LetterLine.fault(in: line.bytes) else { continue }
                faults.append(FileFault(FilePlace(file: name, line: line.number, column: fault.column), fault.message))
            }
        } catch {
            faults.append(error)
        }
        guard faults.isEmpty else { throw InvalidFiles(faults: faults) }
        return count
    }

    /// Calls `send` with each letter, until it returns false. Throws what `send` throws, and `FileFault` for a line
    /// that has been changed since the check.
    public func forEach(_ send: (Letter) async throws -> Bool) async throws {
        var reader = try rewound()
        while let line = try reader.next() {
            guard !Self.isBlank(line.bytes) else { continue }
            guard LetterLine.fault(in: line.bytes) == nil,
                let value = try? JSONValue(parsing: line.bytes, limits: .trusted)
            else { throw FileFault(FilePlace(file: name, line: line.number), "has been changed since it was checked") }
            guard try await send(Letter(line: line.number, value: value)) else { return }
        }
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
    }

    private func rewound() throws(FileFault) -> LineReader {
        do {
            try handle.seek(toOffset: 0)
        } catch {
            throw FileFault(name, "can't be read from its beginning: \(error.localizedDescription)")
        }
        return LineReader(handle, file: name, lineBytesMax: Self.lineBytesMax)
    }

    /// Copies what can be read only once. The copy has no name, so it goes with the process.
    private static func copied(_ source: FileHandle, _ name: String) throws(FileFault) -> FileHandle {
        do {
            let (copy, path) = try TemporaryName.open(beside: FileManager.default.temporaryDirectory.path + "/belfry")
            unlink(path)
            while let chunk = try source.read(upToCount: chunkBytes), !chunk.isEmpty {
                try copy.write(contentsOf: chunk)
            }
            return copy
        } catch {
            throw FileFault(name, "can't be copied to the folder for temporary files: \(error.localizedDescription)")
        }
    }
}
