/// Reads TZif files, the format of the system's time zones: RFC 9636, versions 1 to 4. Pure.
///
/// Files are not trusted: every count, index, order and range is checked. A file with leap seconds is refused, since
/// its times count them and an ``Instant`` does not.
struct TZifReader {
    /// Bytes of a file. The largest of tzdata have about 4,000.
    static let bytesMax = 65_536
    /// What a file begins with.
    static let magic = Array("TZif".utf8)

    private struct Header {
        /// 1 to 4.
        var version: Int
        var utIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var transitions: Int
        var types: Int
        var designationBytes: Int

        /// The size of the block behind the header, whose times have 4 or 8 bytes.
        func blockBytes(timeBytes: Int) -> Int {
            transitions * (timeBytes + 1) + types * 6 + designationBytes + leapSeconds * (timeBytes + 4)
                + standardIndicators + utIndicators
        }
    }

    private var rest: ArraySlice<UInt8>

    /// Reads a file. Throws ``ZoneError/unusable(_:)`` with the reason why it is no valid one.
    static func rules(of bytes: [UInt8]) throws(ZoneError) -> ZoneRules {
        guard bytes.count <= bytesMax else { throw .unusable("the file has more than \(bytesMax) bytes") }
        var reader = TZifReader(rest: bytes[...])
        let header = try reader.header()
        if header.version == 1 {
            let rules = try reader.rules(header, timeBytes: 4)
            try require(reader.rest.isEmpty, "the file goes on behind its data")
            return rules
        }
        // The first block is for programs that know version 1 only. The second one has times of 64 bits.
        _ = try reader.take(header.blockBytes(timeBytes: 4))
        let second = try reader.header()
        try require(second.version == header.version, "its two headers have different versions")
        return try reader.rules(second, timeBytes: 8)
    }

    private mutating func header() throws(ZoneError) -> Header {
        try Self.require(try take(4).elementsEqual(Self.magic), "a header does not begin with TZif")
        let version: Int
        switch try integer(bytes: 1) {
        case 0: version = 1
        case let digit where (0x32...0x34).contains(digit): version = Int(digit) - 0x30
        default: throw .unusable("its version is not one of 1 to 4")
        }
        _ = try take(15)
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(UInt32(truncatingIfNeeded: try integer(bytes: 4)))) }
        return Header(
            version: version, utIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2],
            transitions: counts[3], types: counts[4], designationBytes: counts[5])
    }

    private mutating func rules(_ header: Header, timeBytes: Int) throws(ZoneError) -> ZoneRules {
        try Self.require(header.leapSeconds == 0, "it counts leap seconds: use the files without them")
        try Self.require((1...256).contains(header.types), "it has \(header.types) types of local time")
        try Self.require(
            [0, header.types].contains(header.standardIndicators) && [0, header.types].contains(header.utIndicators),
            "it does not have one indicator for each type of local time")
        // All that follows is inside of this block.
        var block = TZifReader(rest: try take(header.blockBytes(timeBytes: timeBytes)))
        var times: [Int64] = []
        for _ in 0..<header.transitions { times.append(try block.integer(bytes: timeBytes)) }
        try Self.require(zip(times, times.dropFirst()).allSatisfy(<), "its times are not in ascending order")
        let indexes = try block.take(header.transitions)
        let offsets = try block.offsets(header)
        try Self.require(indexes.allSatisfy { $0 < header.types }, "a time has no type of local time")
        try Self.require(try block.take(header.designationBytes).last == 0, "its abbreviations do not end in a zero")
        try Self.require(block.rest.allSatisfy { $0 <= 1 }, "an indicator is not 0 or 1")
        let changes = zip(times, indexes).map { ZoneRules.Change(at: $0, offset: offsets[Int($1)]) }
        return ZoneRules(
            initialOffset: offsets[0], changes: changes, rule: timeBytes == 8 ? try footer() : nil)
    }

    /// The offsets of the types of local time.
    private mutating func offsets(_ header: Header) throws(ZoneError) -> [Int64] {
        var offsets: [Int64] = []
        for _ in 0..<header.types {
            let offset = try integer(bytes: 4)
            // The range of RFC 9636, section 3.2: less than 25 hours behind UTC, less than 26 hours ahead.
            try Self.require((-89_999...93_599).contains(offset), "an offset of \(offset) s is out of range")
            let (isSaving, abbreviation) = (try integer(bytes: 1), Int(try take(1).first ?? 0))
            try Self.require((0...1).contains(isSaving), "a type is neither standard nor daylight saving time")
            try Self.require(abbreviation < header.designationBytes, "a type has no abbreviation")
            offsets.append(offset)
        }
        return offsets
    }

    /// The footer, which is the rest of the file: a newline, a rule or nothing, and a newline.
    private mutating func footer() throws(ZoneError) -> YearlyRule? {
        let newline = UInt8(ascii: "\n")
        try Self.require(
            rest.count >= 2 && rest.first == newline && rest.last == newline, "its footer is not between two newlines")
        let text = String(decoding: rest.dropFirst().dropLast(), as: UTF8.self)
        rest = []
        if text.isEmpty { return nil }
        guard let rule = YearlyRule(text) else { throw .unusable("its footer is not a rule: \(text.quoted)") }
        return rule
    }

    /// A signed number, the most significant byte first.
    private mutating func integer(bytes count: Int) throws(ZoneError) -> Int64 {
        let bytes = try take(count)
        let start: Int64 = bytes.first.map { $0 >= 0x80 } == true ? -1 : 0
        return bytes.reduce(start) { $0 << 8 | Int64($1) }
    }

    private mutating func take(_ count: Int) throws(ZoneError) -> ArraySlice<UInt8> {
        try Self.require(rest.count >= count, "it is cut off")
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }

    private static func require(_ condition: Bool, _ problem: String) throws(ZoneError) {
        guard condition else { throw .unusable(problem) }
    }
}
