import Messaging
import Testing

@Suite struct `A handled batch` {
    private static let dead = [1, 3].map { HandledBatch.DeadLetter(index: $0, reason: .unreadable, error: "no JSON") }

    @Test(arguments: [(nil, [1, 3]), (4, [1, 3]), (3, [1]), (1, [])] as [(Int?, [Int])])
    func `leaves out the dead letters of messages it did not come to, since they are handled again`(
        count: Int?, indices: [Int]
    ) {
        #expect(HandledBatch(dead: Self.dead, count: count).dead.map(\.index) == indices)
    }
}
