import JobCore
import Messaging
import Testing

@testable import DeadLetters

/// Guarantee: passes that follow each other look at each letter once, whatever was removed in between.
@Suite struct `A place in the list of dead letters` {
    private let ids = (0..<4).map { _ in DeadLetterID.random() }

    /// The letters that a pass looks at that goes on after a place.
    private func looked(_ letters: [DeadLetterID], after: DeadLetterPosition?) -> ([DeadLetterID], ScanPlace) {
        var place = ScanPlace(in: .dispatcherRuns, after: after, last: nil)
        var looked: [DeadLetterID] = []
        for id in letters where !place.skips(id) {
            looked.append(id)
            place.stays(id)
        }
        return (looked, place)
    }

    @Test func `a pass goes on behind the last letter that stays`() {
        let (all, place) = looked([ids[0], ids[1]], after: nil)
        #expect(all == [ids[0], ids[1]])
        let (rest, last) = looked(ids, after: place.last)
        #expect(rest == [ids[2], ids[3]] && last.last?.id == ids[3] && !last.isSkipping)
    }

    @Test func `letters that share an id are told apart`() {
        let same = [ids[0], ids[0], ids[0]]
        let (_, place) = looked([ids[0], ids[0]], after: nil)
        #expect(place.last?.copy == 2)
        #expect(looked(same, after: place.last).0 == [ids[0]])
    }

    @Test func `a letter that has gone is noticed at the end of its queue`() {
        let place = looked([ids[1], ids[2]], after: DeadLetterPosition(queue: .dispatcherRuns, id: ids[0])).1
        #expect(place.isSkipping)
        #expect(!looked(ids, after: DeadLetterPosition(queue: .courierBulk, id: .random())).1.isSkipping)
    }

    @Test func `when all letters were removed, the list goes on with the first`() {
        var place = ScanPlace(in: .dispatcherRuns, after: nil, last: nil)
        place.removed(ids[0])
        place.removed(ids[1])
        #expect(place.last == DeadLetterPosition(queue: .dispatcherRuns, id: ids[1], copy: 0))
        #expect(looked([ids[2]], after: place.last).0 == [ids[2]])
        place.stays(ids[2])
        place.removed(ids[3])
        #expect(place.last == DeadLetterPosition(queue: .dispatcherRuns, id: ids[2], copy: 1))
    }
}
