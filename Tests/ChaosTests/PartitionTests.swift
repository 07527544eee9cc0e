import Testing

@testable import Chaos

@Suite struct `A partition of a cluster` {
    @Test(
        arguments: [
            (.node(2), ["2>1", "1>2", "2>3", "3>2"]), (.sender(1), ["1>2", "1>3"]), (.link(3, 1), ["3>1", "1>3"]),
        ] as [(Partition, [String])])
    func `loses the packets of its links`(partition: Partition, lost: [String]) {
        #expect(partition.lost.map { "\($0.from)>\($0.to)" } == lost)
    }
}
