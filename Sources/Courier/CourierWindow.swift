/// How the places of the courier's window are shared among the lanes.
///
/// The courier takes its messages in order, so a full window would make every target wait for the slowest. These shares
/// keep places free in which the rest of the queue can be taken and sorted.
struct CourierWindow: Sendable {
    /// A lane may hold this many even if the window is crowded.
    static let crowdedLaneMax = 16

    /// The most messages that the courier has in hand.
    let size: Int
    /// What the lanes hold. A lane that asks adds its own share as `more`.
    var held = LaneCounts()

    init(size: Int) {
        self.size = size
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
