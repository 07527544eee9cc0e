import JobCore

/// The random numbers of `SeededRandom`, and what tests draw with them.
public struct SplitMix64: RandomNumberGenerator {
    private var random: SeededRandom

    public init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    public mutating func next() -> UInt64 { random.next() }

    /// Returns a random number in a range.
    public mutating func int(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// Returns true with a chance of `percent` in 100.
    public mutating func chance(_ percent: Int) -> Bool {
        int(1...100) <= percent
    }
}
