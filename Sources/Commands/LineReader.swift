import Foundation

/// Reads a file line by line. It holds one line and one chunk of the file at a time.
struct LineReader {
    /// A line without its end.
    struct Line {
        /// From 1.
        var number: Int
        var bytes: [UInt8]
    }

    private static let chunkBytes = 65_536

    private let file: String
    private let handle: FileHandle
    private let lineBytesMax: Int
    private var chunk: ArraySlice<UInt8> = []
    private var number = 0
    private var isAtEnd = false

    /// `file` is the name for messages.
    init(_ handle: FileHandle, file: String, lineBytesMax: Int) {
        self.handle = handle
        self.file = file
        self.lineBytesMax = lineBytesMax
    }

    /// Returns the next line, or nil at the end of the file. Throws if the file can't be read or the line is too long;
    /// of such a line no more is read.
    mutating func next() throws(FileFault) -> Line? {
        var line: [UInt8] = []
        number += 1
        while true {
            if chunk.isEmpty, !isAtEnd { try readChunk() }
            if isAtEnd { return line.isEmpty ? nil : Line(number: number, bytes: line) }
            let end = chunk.firstIndex(of: UInt8(ascii: "\n"))
            line += chunk[..<(end ?? chunk.endIndex)]
            guard line.count <= lineBytesMax else {
                throw FileFault(
                    FilePlace(file: file, line: number),
                    "is too long: a line has at most \(lineBytesMax / 1_024) KiB")
            }
            chunk = end.map { chunk[($0 + 1)...] } ?? []
            if end != nil { return Line(number: number, bytes: line) }
        }
    }

    private mutating func readChunk() throws(FileFault) {
        do {
            chunk = ArraySlice(try handle.read(upToCount: Self.chunkBytes) ?? Data())
        } catch {
            throw FileFault(file, "can't be read to its end: \(error.localizedDescription)")
        }
        isAtEnd = chunk.isEmpty
    }
}
