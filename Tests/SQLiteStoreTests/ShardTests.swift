import Store
import Testing

/// Guarantee: a due event that is cut into shards reaches every job of its schedule once.
@Suite struct `The shards of a schedule` {
    @Test(arguments: [1, 2, 3, 7, 500, 65_535, 65_536])
    func `hold every slot once`(count: Int) {
        let shards = (0..<count).map { Shard(index: $0, of: count).slots }
        #expect(shards.first?.lowerBound == 0 && shards.last?.upperBound == Shard.slotCount)
        #expect(zip(shards, shards.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
}
