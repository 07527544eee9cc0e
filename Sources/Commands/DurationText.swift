/// A length of time on the command line, such as `90s`, `30m`, `24h` or `7d`. `0` needs no unit.
public enum DurationText {
    private static let unitSeconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]

    /// The seconds that a text stands for; nil for another text, and for more than `secondsMax`.
    public static func seconds(of text: String, secondsMax: Int64) -> Int64? {
        if text == "0" { return 0 }
        let digits = text.dropLast()
        // Nine digits: more would overflow when they are multiplied, and are too long for any use.
        guard let unit = text.last.flatMap({ unitSeconds[$0] }), (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(digits), count * unit <= secondsMax
        else { return nil }
        return count * unit
    }

    /// The text for a length of time, in the largest unit that fits at least twice, rounded down: `119s`, `2m`, `47h`,
    /// `2d`. A negative length is `0s`.
    public static func shown(seconds: Int64) -> String {
        let units: [(name: String, seconds: Int64)] = [("d", 86_400), ("h", 3_600), ("m", 60)]
        guard let unit = units.first(where: { seconds >= 2 * $0.seconds }) else { return "\(max(0, seconds))s" }
        return "\(seconds / unit.seconds)\(unit.name)"
    }
}
