/// A set of whole numbers from 0 to 255, with one bit each. It holds a cron field of 230 years without allocation.
struct BitSet: Hashable, Sendable {
    private var words: SIMD4<UInt64> = .zero

    /// One more than the largest possible member.
    static let capacity = 256

    init(_ members: some Sequence<Int> = []) {
        for member in members {
            insert(member)
        }
    }

    /// Adds a number. Traps outside of 0 to 255.
    mutating func insert(_ member: Int) {
        words[member >> 6] |= 1 << UInt64(member & 63)
    }

    /// Whether a number from 0 to 255 is in the set.
    func contains(_ member: Int) -> Bool {
        words[member >> 6] & (1 << UInt64(member & 63)) != 0
    }

    /// The number of members.
    var count: Int {
        words.indices.reduce(0) { $0 + words[$1].nonzeroBitCount }
    }

    /// Returns the smallest member that is at least `bound`, or nil if there is none.
    func first(from bound: Int) -> Int? {
        guard bound < Self.capacity else { return nil }
        var index = bound >> 6
        var word = words[index] & (~0 << UInt64(bound & 63))
        while word == 0 {
            index += 1
            guard index < words.scalarCount else { return nil }
            word = words[index]
        }
        return index << 6 + word.trailingZeroBitCount
    }
}
