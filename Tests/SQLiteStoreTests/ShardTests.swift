import Store
import Testing

/// Guarantee: a due event that is cut into shards reaches every job of its schedule once.
@Suite struct `The shards of a schedule` {
    @Test(arguments: [1, 2, 3, 7, 500, 65_535, 65_536])
    func `hold every slot once`(count: Int) {
        var next = 0
        for index in 0..<count {
            let shard = Shard(index: index, of: count)
            #expect(shard.slots.lowerBound == next && !shard.slots.isEmpty)
            next = shard.slots.upperBound
        }
        #expect(next == Shard.slotCount)
    }
}
