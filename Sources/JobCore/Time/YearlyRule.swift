/// The rule of a TZif footer: which offsets a zone has after the changes that its file lists.
///
/// It is the value of a `TZ` variable of POSIX, with the extension of RFC 9636, section 3.3.1, by which a time is from
/// -167 to 167 hours: `EST5EDT,M3.2.0,M11.1.0`, `<+0330>-3:30` or `IST-1GMT0,M10.5.0,M3.5.0/1`.
struct YearlyRule: Sendable, Equatable {
    /// Daylight saving time, which may also be behind standard time.
    private struct Saving: Equatable {
        var offset: Int64
        /// By the clock of standard time.
        var start: YearlyTime
        /// By the clock of daylight saving time.
        var end: YearlyTime
    }

    private let standardOffset: Int64
    private let saving: Saving?

    /// Reads a rule. Returns nil for any other text.
    init?(_ text: String) {
        var cursor = TextCursor(text)
        guard Self.skipName(&cursor), let standardWest = YearlyTime.seconds(&cursor, hoursMax: 24) else { return nil }
        standardOffset = -standardWest
        guard !cursor.isAtEnd else {
            saving = nil
            return
        }
        guard Self.skipName(&cursor) else { return nil }
        var offset = standardOffset + 3_600
        if cursor.character(of: ",") == nil {
            // The signs are those of POSIX: west of UTC is positive.
            guard let west = YearlyTime.seconds(&cursor, hoursMax: 24), cursor.character(of: ",") != nil else {
                return nil
            }
            offset = -west
        }
        guard let start = YearlyTime(&cursor), cursor.character(of: ",") != nil, let end = YearlyTime(&cursor),
            cursor.isAtEnd
        else { return nil }
        saving = Saving(offset: offset, start: start, end: end)
    }

    /// The changes that the rule makes in these years, in ascending order.
    func changes(in years: ClosedRange<Int>) -> [ZoneRules.Change] {
        guard let saving else { return [] }
        let starts = years.map {
            ZoneRules.Change(at: saving.start.reading(in: $0) - standardOffset, offset: saving.offset)
        }
        let ends = years.map {
            ZoneRules.Change(at: saving.end.reading(in: $0) - saving.offset, offset: standardOffset)
        }
        // When one year's end is the next year's start, daylight saving time lasts all year.
        let startInstants = Set(starts.map(\.at))
        return (starts + ends.filter { !startInstants.contains($0.at) }).sorted { $0.at < $1.at }
    }

    /// Reads over `EST` or `<+03>`: an abbreviation has no effect. Returns false if there is none.
    private static func skipName(_ cursor: inout TextCursor) -> Bool {
        if cursor.character(of: "<") != nil {
            return cursor.skip { isLetter($0) || isDigitOrSign($0) } >= 3 && cursor.character(of: ">") != nil
        }
        return cursor.skip(while: isLetter) >= 3
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigitOrSign(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }
}
