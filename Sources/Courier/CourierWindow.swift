import Messaging

/// How the places of the courier's window are shared among the lanes.
///
/// The courier takes its messages in order, so a full window would make every target wait for the slowest. These shares
/// keep places free in which the rest of the queue can be taken and sorted.
struct CourierWindow: Sendable {
    /// The most messages that the courier has in hand, each of which takes at least one place.
    let size: Int
    /// What the lanes hold, in places. A lane that asks adds its own share as `more`.
    var held = LaneCounts()

    init(size: Int) {
        self.size = size
    }

    /// A lane may hold this many places even if the window is crowded.
    var crowdedLaneMax: Int { max(16, size / 64) }

    /// The places that a delivery takes: its share of the messages, or of the bytes, that the broker gives the courier
    /// at a time, whichever is greater.
    func places(of delivery: Delivery) -> Int {
        let placeBytes = max(1, MessageLimits.unackedBytesMax / size)
        return max(1, (delivery.message.body.count + placeBytes - 1) / placeBytes)
    }

    /// Lanes that are not proven hold at most half of the window together, apart from one probe each.
    func hasRoomForUnproven(_ more: Int) -> Bool { held.unproven + more <= size / 2 }

    /// Fewer of them wait than could, so that another one that is not proven yet finds room.
    func hasRoomToWaitUnproven(_ more: Int) -> Bool { held.unproven + more <= size * 2 / 5 }

    /// Waiting deliveries take at most half of the window.
    func hasRoomToWait(_ more: Int) -> Bool { held.waiting + more <= size / 2 }

    /// In a crowded window a newcomer of a lane that holds many already is deferred, however fast its target is.
    func isCrowded(_ more: Int) -> Bool { held.held + more > size - size / 8 }
}
