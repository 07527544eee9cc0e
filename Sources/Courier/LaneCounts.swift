/// How many places of the window the deliveries of one lane take, or those of all lanes together.
struct LaneCounts: Sendable, Equatable {
    var inFlight = 0
    var waiting = 0
    /// Those of both kinds in lanes that are not proven.
    var unproven = 0

    var held: Int { inFlight + waiting }

    static func += (left: inout LaneCounts, right: LaneCounts) {
        left.inFlight += right.inFlight
        left.waiting += right.waiting
        left.unproven += right.unproven
    }

    static func -= (left: inout LaneCounts, right: LaneCounts) {
        left.inFlight -= right.inFlight
        left.waiting -= right.waiting
        left.unproven -= right.unproven
    }
}
