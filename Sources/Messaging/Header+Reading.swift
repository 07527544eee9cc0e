extension Header {
    /// The number in the header of that name; nil if there is no such header. Throws `UnreadableMessage` for a number
    /// that is out of its range.
    static func number(
        _ name: String, in range: ClosedRange<Int64>, of headers: [String: String]
    ) throws(UnreadableMessage) -> Int64? {
        guard let text = headers[name] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw UnreadableMessage(
                "the header \(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
