/// Reads text of a fixed format from front to back. A method returns nil if the text doesn't continue as expected.
struct TextCursor {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Reads a number of exactly `count` decimal digits.
    mutating func number(digits count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// Reads a number of 1 to `digitsMax` decimal digits.
    mutating func number(digitsMax: Int) -> Int? {
        guard var number = digit() else { return nil }
        for _ in 1..<digitsMax {
            guard let digit = digit() else { break }
            number = number * 10 + digit
        }
        return number
    }

    /// Reads over bytes as long as they satisfy a condition, and returns their number.
    mutating func skip(while condition: (UInt8) -> Bool) -> Int {
        let count = rest.prefix(while: condition).count
        rest.removeFirst(count)
        return count
    }

    /// Reads one decimal digit.
    mutating func digit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }

    /// Reads one of these characters and returns it.
    mutating func character(of candidates: Unicode.Scalar...) -> Unicode.Scalar? {
        guard let byte = rest.first, candidates.contains(Unicode.Scalar(byte)) else { return nil }
        rest.removeFirst()
        return Unicode.Scalar(byte)
    }

    /// Reads `yyyy-mm-ddThh:mm:ss`. The numbers are not checked: see ``CivilTime/exists``.
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
