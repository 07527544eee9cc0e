/// Instants as text in the format of RFC 3339.
extension Instant {
    /// The instant in UTC, such as `2026-01-02T03:04:05Z`, or `2026-01-02T03:04:05.120Z` if the milliseconds aren't 0.
    ///
    /// A year after 9999, which RFC 3339 doesn't allow, has more digits.
    public var rfc3339: String {
        text(offset: 0) + "Z"
    }

    /// Returns the instant in a time zone, such as `2026-01-02T04:04:05+01:00`, or nil if the zone is unknown.
    public func rfc3339(in timeZone: String) -> String? {
        guard let zone = try? ZoneDatabase.shared.zone(named: timeZone) else { return nil }
        // An offset has no seconds in RFC 3339, but Liberia's had until 1972: it is rounded down to whole minutes.
        let minutes = zone.offset(at: secondsSinceEpoch).flooredQuotient(by: 60)
        let sign = minutes < 0 ? "-" : "+"
        let hours = (minutes.magnitude / 60).padded(to: 2)
        return text(offset: minutes * 60) + "\(sign)\(hours):\((minutes.magnitude % 60).padded(to: 2))"
    }

    /// Reads RFC 3339: a date, `T`, a time with seconds, an optional fraction, and `Z` or an offset. Returns nil for
    /// any other text.
    ///
    /// Digits beyond milliseconds are cut off. A leap second (`:60`) is refused, since instants don't count them.
    public init?(rfc3339: String) {
        // Bounds the cost of a very long fraction.
        guard rfc3339.utf8.count <= 64 else { return nil }
        var cursor = TextCursor(rfc3339)
        guard let time = cursor.civilTime(separators: ["T", "t"]), time.exists,
            let milliseconds = Self.fraction(&cursor), let offset = Self.offset(&cursor), cursor.isAtEnd
        else { return nil }
        self.init(millisecondsSinceEpoch: (time.secondsSinceEpoch - offset) * 1_000 + milliseconds)
    }

    private func text(offset: Int64) -> String {
        let milliseconds = millisecondsSinceEpoch &- secondsFloor
        let fraction = milliseconds == 0 ? "" : ".\(milliseconds.padded(to: 3))"
        return CivilTime(secondsSinceEpoch: secondsSinceEpoch + offset).description + fraction
    }

    /// The beginning of this instant's second, in milliseconds. It wraps in the first second that 64 bits can hold.
    private var secondsFloor: Int64 { secondsSinceEpoch &* 1_000 }

    private static func fraction(_ cursor: inout TextCursor) -> Int64? {
        guard cursor.character(of: ".") != nil else { return 0 }
        var milliseconds: Int64 = 0
        var unit: Int64 = 100
        var isEmpty = true
        while let digit = cursor.digit() {
            milliseconds += Int64(digit) * unit
            unit /= 10
            isEmpty = false
        }
        return isEmpty ? nil : milliseconds
    }

    private static func offset(_ cursor: inout TextCursor) -> Int64? {
        guard let sign = cursor.character(of: "Z", "z", "+", "-") else { return nil }
        if sign == "Z" || sign == "z" { return 0 }
        guard let hours = cursor.number(digits: 2), hours <= 23, cursor.character(of: ":") != nil,
            let minutes = cursor.number(digits: 2), minutes <= 59
        else { return nil }
        return Int64(hours * 3_600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }
}
