import Testing

@testable import Chaos

@Suite struct `Copies of callbacks` {
    private static let kinds: [Facts.Callback.Kind] = [.processing, .success, .fail]

    @Test func `are the same for the same seed, and others for another`() {
        func copies(seed: UInt64) -> [[CallbackCopies.Copy]] {
            (0..<100).map { CallbackCopies(seed: seed).copies(of: .success, place: $0) }
        }
        #expect(copies(seed: 1) == copies(seed: 1))
        #expect(copies(seed: 1) != copies(seed: 2))
    }

    @Test(arguments: kinds)
    func `are made of a third of the callbacks, once or twice, at once or late`(kind: Facts.Callback.Kind) {
        let all = (0..<3_000).map { CallbackCopies(seed: 1).copies(of: kind, place: $0) }
        #expect((800...1_200).contains(all.count { !$0.isEmpty }))
        #expect(Set(all.map(\.count)) == [0, 1, 2])
        let delays = all.joined().map(\.delayMilliseconds)
        #expect(delays.contains { $0 <= 50 } && delays.contains { $0 > 5_000 } && delays.allSatisfy { $0 <= 8_000 })
    }

    @Test func `contradict some ends, and no heartbeat`() {
        func copied(_ kind: Facts.Callback.Kind) -> Set<Facts.Callback.Kind> {
            Set((0..<1_000).flatMap { CallbackCopies(seed: 1).copies(of: kind, place: $0) }.map(\.kind))
        }
        #expect(copied(.processing) == [.processing])
        #expect(copied(.success) == [.success, .fail] && copied(.fail) == [.success, .fail])
    }
}
