/// Reads fixed-format text from front to back, byte by byte; every read either fits or leaves `nil`.
struct TextCursor {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The number in exactly `count` decimal digits.
    mutating func number(digits count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    mutating func digit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }

    /// Steps over one of these characters and says which it was.
    mutating func character(of candidates: Unicode.Scalar...) -> Unicode.Scalar? {
        guard let byte = rest.first, candidates.contains(Unicode.Scalar(byte)) else { return nil }
        rest.removeFirst()
        return Unicode.Scalar(byte)
    }

    /// `yyyy-mm-ddThh:mm:ss`, digits only looked at for their number: `CivilTime.exists` says whether they make sense.
    mutating func civilTime(separators: [Unicode.Scalar] = ["T"]) -> CivilTime? {
        guard let year = number(digits: 4), character(of: "-") != nil,
            let month = number(digits: 2), character(of: "-") != nil,
            let day = number(digits: 2), let separator = character(of: "T", "t"), separators.contains(separator),
            let hour = number(digits: 2), character(of: ":") != nil,
            let minute = number(digits: 2), character(of: ":") != nil,
            let second = number(digits: 2)
        else { return nil }
        return CivilTime(
            date: CivilDate(year: year, month: month, day: day), hour: hour, minute: minute, second: second)
    }
}
