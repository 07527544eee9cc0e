import JSON

/// The values of a file that another program wrote: JSON texts, one behind the other, or documents of YAML.
struct ImportFile {
    private static let textsMax = 10_000

    private(set) var entries: [JobEntry] = []
    private(set) var faults: [FileFault] = []

    /// Reads all that can be read. What can't is in `faults`. Of an object that has a list under one of these names,
    /// each element is an entry of its own.
    init(_ bytes: [UInt8], name: String, lists: [String]) {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let first = text.first(where: { !Self.isBlank($0) }), Self.isOpening(first) else {
            let file = JobFile(text, name: name, lists: lists)
            (entries, faults) = (file.entries, file.faults)
            return
        }
        var (lines, end) = (0, 0)
        for range in Self.ranges(of: text) {
            guard entries.count < Self.textsMax else {
                let place = FilePlace(file: name, line: lines + 1)
                faults.append(FileFault(place, "there are more than \(Self.textsMax) values: give several files"))
                return
            }
            lines += text[end..<range.lowerBound].count { $0 == UInt8(ascii: "\n") }
            end = range.lowerBound
            add(JobFile(Array(text[range]), name: name, lists: lists), lines: lines)
        }
    }

    /// Takes what was read of a text that begins behind some lines.
    private mutating func add(_ file: JobFile, lines: Int) {
        func moved(_ place: FilePlace) -> FilePlace {
            FilePlace(file: place.file, line: place.line.map { $0 + lines }, column: place.column)
        }
        entries += file.entries.map { entry in
            JobEntry(value: entry.value, faults: entry.faults) { moved(entry.place($0)) }
        }
        faults += file.faults.map { FileFault(moved($0.place), $0.message) }
    }

    /// The objects and lists that are not inside others. What is none of these ends with the text.
    private static func ranges(of text: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var (depth, isString, isEscaped) = (0, false, false)
        var start: Int?
        for (index, byte) in text.enumerated() {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            if start == nil {
                guard !isBlank(byte) else { continue }
                start = index
                guard isOpening(byte) else { break }
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            guard depth == 0, let first = start else { continue }
            ranges.append(first..<(index + 1))
            start = nil
            // One more tells the caller that there are too many.
            if ranges.count > textsMax { break }
        }
        return ranges + (start.map { [$0..<text.count] } ?? [])
    }

    private static func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }

    private static func isOpening(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }
}
