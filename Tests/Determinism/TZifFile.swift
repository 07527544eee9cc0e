/// The bytes of a TZif file (RFC 9636) that a test makes. They are valid, unless the test sets a part to a wrong value.
public struct TZifFile: Sendable {
    /// A type of local time.
    public struct LocalTime: Sendable {
        public var offset: Int32
        public var isSaving: UInt8
        public var abbreviation: UInt8

        public init(_ offset: Int32, isSaving: UInt8 = 0, abbreviation: UInt8 = 0) {
            self.offset = offset
            self.isSaving = isSaving
            self.abbreviation = abbreviation
        }
    }

    /// 0 for version 1, or the digits 2 to 4 in ASCII.
    public var version: UInt8 = 0x32
    public var types: [LocalTime]
    /// From each instant, in seconds since the epoch, the type with this index.
    public var changes: [(at: Int64, type: UInt8)]
    public var abbreviations: [UInt8] = Array("LMT\0".utf8)
    /// Leap seconds, as instants.
    public var leapSeconds: [Int64] = []
    public var standardIndicators: [UInt8] = []
    public var utIndicators: [UInt8] = []
    /// Between the footer's newlines.
    public var footer: String

    public init(types: [LocalTime], changes: [(at: Int64, type: UInt8)] = [], footer: String = "") {
        self.types = types
        self.changes = changes
        self.footer = footer
    }

    /// A zone that is this number of seconds east of UTC for ever, or follows a rule from the beginning.
    public init(offset: Int32, rule: String = "") {
        self.init(types: [LocalTime(offset)], footer: rule)
    }

    public var bytes: [UInt8] {
        guard version > 0 else { return block(timeBytes: 4) }
        // As small as it may be: it is for programs that know version 1 only.
        var first = TZifFile(offset: 0)
        first.version = version
        return first.block(timeBytes: 4) + block(timeBytes: 8) + Array("\n\(footer)\n".utf8)
    }

    private func block(timeBytes: Int) -> [UInt8] {
        let counts = [
            utIndicators.count, standardIndicators.count, leapSeconds.count, changes.count, types.count,
            abbreviations.count,
        ]
        var bytes = Array("TZif".utf8) + [version] + Array(repeating: 0, count: 15)
        for count in counts { bytes += Self.number(Int64(count), bytes: 4) }
        for change in changes { bytes += Self.number(change.at, bytes: timeBytes) }
        bytes += changes.map(\.type)
        for type in types { bytes += Self.number(Int64(type.offset), bytes: 4) + [type.isSaving, type.abbreviation] }
        bytes += abbreviations
        for (index, instant) in leapSeconds.enumerated() {
            bytes += Self.number(instant, bytes: timeBytes) + Self.number(Int64(index + 1), bytes: 4)
        }
        return bytes + standardIndicators + utIndicators
    }

    private static func number(_ value: Int64, bytes count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> Int64($0 * 8)) }
    }
}
