/// Tells code from comments, literals and quoted names. It knows as much of Swift's grammar as that needs.
struct SwiftLexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    /// The text with spaces in place of comments and of the content of literals.
    private(set) var code: [UInt8]
    private(set) var prose: [(line: Int, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        code = bytes
    }

    mutating func scan() {
        while position < bytes.count { scanCode(isInterpolated: false) }
    }

    /// Code, to the end, or to the parenthesis that ends an interpolation.
    private mutating func scanCode(isInterpolated: Bool) {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "/") where next(1) == UInt8(ascii: "/"): scanLineComment()
            case UInt8(ascii: "/") where next(1) == UInt8(ascii: "*"): scanBlockComment()
            case UInt8(ascii: "\""): scanString(hashes: 0)
            case UInt8(ascii: "#"): scanHashes()
            case UInt8(ascii: "`"): scanName()
            case UInt8(ascii: "("):
                depth += 1
                position += 1
            case UInt8(ascii: ")"):
                position += 1
                if isInterpolated, depth == 0 { return }
                depth -= 1
            default: advance()
            }
        }
    }

    private func next(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    /// Takes one byte of prose out of the code.
    private mutating func blank() {
        if bytes[position] == UInt8(ascii: "\n") {
            prose.append((line + 1, []))
        } else {
            prose[prose.count - 1].bytes.append(bytes[position])
            code[position] = UInt8(ascii: " ")
        }
        advance()
    }

    private mutating func scanLineComment() {
        prose.append((line, []))
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank() }
    }

    private mutating func scanBlockComment() {
        prose.append((line, []))
        var depth = 0
        repeat {
            let pair = (bytes[position], next(1))
            if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
                depth += 1
                blank()
            } else if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
                depth -= 1
                blank()
            }
            if position < bytes.count { blank() }
        } while depth > 0 && position < bytes.count
    }

    /// A raw string, a regular expression, or a macro.
    private mutating func scanHashes() {
        var hashes = 0
        while next(hashes) == UInt8(ascii: "#") { hashes += 1 }
        switch next(hashes) {
        case UInt8(ascii: "\""):
            position += hashes
            scanString(hashes: hashes)
        case UInt8(ascii: "/"):
            position += hashes + 1
            scanRegex(hashes: hashes)
        default: position += hashes
        }
    }

    private mutating func scanString(hashes: Int) {
        let quotes = next(1) == UInt8(ascii: "\"") && next(2) == UInt8(ascii: "\"") ? 3 : 1
        if quotes == 1, next(1) == UInt8(ascii: "\""), hashes == 0 {
            position += 2
            return
        }
        position += quotes
        prose.append((line, []))
        while position < bytes.count {
            if isEnd(UInt8(ascii: "\""), quotes, hashes) {
                position += quotes + hashes
                return
            }
            guard bytes[position] == UInt8(ascii: "\\"), isRun(UInt8(ascii: "#"), hashes, at: 1) else {
                blank()
                continue
            }
            if next(hashes + 1) == UInt8(ascii: "(") {
                position += hashes + 2
                scanCode(isInterpolated: true)
                // The text goes on as a passage of its own.
                prose.append((line, []))
            } else {
                for _ in 0..<min(hashes + 2, bytes.count - position) { blank() }
            }
        }
    }

    private mutating func scanRegex(hashes: Int) {
        prose.append((line, []))
        while position < bytes.count, !isEnd(UInt8(ascii: "/"), 1, hashes) { blank() }
        // A pattern is no prose.
        prose.removeLast()
        position += 1 + hashes
    }

    /// A name in backticks. One with spaces is the name of a test.
    private mutating func scanName() {
        position += 1
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "`")) else { return }
        guard bytes[position..<end].contains(UInt8(ascii: " ")) else {
            position = end + 1
            return
        }
        prose.append((line, []))
        while position < end { blank() }
        position += 1
    }

    private func isEnd(_ delimiter: UInt8, _ count: Int, _ hashes: Int) -> Bool {
        isRun(delimiter, count, at: 0) && isRun(UInt8(ascii: "#"), hashes, at: count)
    }

    private func isRun(_ byte: UInt8, _ count: Int, at distance: Int) -> Bool {
        (0..<count).allSatisfy { next(distance + $0) == byte }
    }
}
