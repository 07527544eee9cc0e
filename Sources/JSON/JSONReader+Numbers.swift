extension JSONReader {
    /// Powers of ten that a Double has exactly.
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The digits of a number as one decimal number: `magnitude * 10^exponent`.
    private struct Decimal {
        var magnitude: UInt64 = 0
        var exponent = 0
        /// Whether there were more digits than the magnitude can take.
        var isTruncated = false

        @inline(__always)
        mutating func append(_ digit: UInt8) {
            // One more digit than this and the magnitude might overflow.
            if magnitude < 1_000_000_000_000_000_000 {
                magnitude = magnitude * 10 + UInt64(digit)
            } else {
                isTruncated = true
            }
        }
    }

    /// Reads the number whose sign or first digit is at the position. It is an integer if it has neither a fraction nor
    /// an exponent and fits Int64. `-0` is the integer 0.
    mutating func readNumber(_ text: Span<UInt8>) throws(JSONError) -> JSONNode {
        let start = position
        let isNegative = text[start] == UInt8(ascii: "-")
        var decimal = Decimal()
        var isInteger = true

        if isNegative { position += 1 }
        let firstDigit = position
        try readDigits(text, into: &decimal)
        if text[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
            throw failure("a number has a leading zero", at: firstDigit)
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            let firstDecimal = position
            try readDigits(text, into: &decimal)
            decimal.exponent = firstDecimal - position
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            decimal.exponent += try readExponent(text)
        }
        if isInteger, !decimal.isTruncated {
            let magnitude = decimal.magnitude
            if let integer = isNegative ? Int64(exactly: -Int128(magnitude)) : Int64(exactly: magnitude) {
                return JSONNode(integer: integer, start: start)
            }
        }
        return JSONNode(real: try real(decimal, isNegative, from: start), start: start)
    }

    /// Reads one digit or more.
    private mutating func readDigits(_ text: Span<UInt8>, into decimal: inout Decimal) throws(JSONError) {
        let start = position
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            decimal.append(digit)
            position += 1
        }
        guard position > start else { throw unexpected("expected a digit", text) }
    }

    private mutating func readExponent(_ text: Span<UInt8>) throws(JSONError) -> Int {
        let isNegative = position < text.count && text[position] == UInt8(ascii: "-")
        if isNegative || position < text.count && text[position] == UInt8(ascii: "+") { position += 1 }
        var digits = Decimal()
        try readDigits(text, into: &digits)
        // Far beyond every Double, and far from an overflow.
        let exponent = Int(min(digits.magnitude, 1_000_000_000))
        return isNegative ? -exponent : exponent
    }

    /// The Double nearest to the number that ends at the position.
    private func real(_ decimal: Decimal, _ isNegative: Bool, from start: Int) throws(JSONError) -> Double {
        let power = decimal.exponent.magnitude
        if !decimal.isTruncated, decimal.magnitude <= 1 << 53, power < Self.exactPowers.count {
            // Both operands are exact, so the one operation rounds correctly (Clinger 1990).
            let magnitude = Double(decimal.magnitude)
            let factor = Self.exactPowers[Int(power)]
            let real = decimal.exponent < 0 ? magnitude / factor : magnitude * factor
            return isNegative ? -real : real
        }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let real = Double(digits), real.isFinite else {
            throw failure("the number is too large", at: start, .numberOutOfRange)
        }
        return real
    }
}
