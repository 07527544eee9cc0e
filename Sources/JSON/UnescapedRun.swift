/// Finds the end of the bytes that stand in a JSON string as they are, eight bytes at a time.
enum UnescapedRun {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The offset of the first quote, backslash, control character or non-ASCII byte at or after `start`,
    /// or the number of bytes if there is none.
    @inline(__always)
    static func endOfASCII(in bytes: Span<UInt8>, from start: Int) -> Int {
        end(in: bytes, from: start, nonASCIIMask: .max)
    }

    /// The offset of the first quote, backslash or control character at or after `start`,
    /// or the number of bytes if there is none.
    @inline(__always)
    static func end(in bytes: Span<UInt8>, from start: Int) -> Int {
        end(in: bytes, from: start, nonASCIIMask: 0)
    }

    @inline(__always)
    private static func end(in bytes: Span<UInt8>, from start: Int, nonASCIIMask: UInt64) -> Int {
        var index = start
        let raw = bytes.bytes
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            // In each byte the high bit becomes set when the subtraction borrows: below 0x20, or equal to the pattern.
            // A borrow may spread to the bytes above, never to those below: the lowest set bit is right.
            let isControl = word &- ones &* 0x20
            let isQuote = (word ^ (ones &* UInt64(UInt8(ascii: "\"")))) &- ones
            let isBackslash = (word ^ (ones &* UInt64(UInt8(ascii: "\\")))) &- ones
            let found = ((isControl | isQuote | isBackslash) & ~word | word & nonASCIIMask) & highBits
            guard found == 0 else { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            if byte >= 0x80, nonASCIIMask != 0 { break }
            index += 1
        }
        return index
    }
}
