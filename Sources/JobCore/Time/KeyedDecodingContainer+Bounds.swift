extension KeyedDecodingContainer {
    /// A whole number within bounds. Throws `DecodingError` when it is outside: numbers that are added later must not
    /// overflow.
    public func decode(in range: ClosedRange<Int64>, forKey key: Key) throws -> Int64 {
        let number = try decode(Int64.self, forKey: key)
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "\(number) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A whole number within bounds, or nil when it is absent. Throws `DecodingError` when it is outside.
    public func decodeIfPresent(in range: ClosedRange<Int64>, forKey key: Key) throws -> Int64? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode(in: range, forKey: key)
    }
}
