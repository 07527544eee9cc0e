internal import JobCore

/// What one target gets of the courier: so many deliveries at once, some that wait, and the rest set aside.
///
/// Pure. A slow or dead target must not fill the courier's window and so stop the others: a delivery that would wait
/// long goes back to a retry queue, out of everyone's way. A fast target's deliveries just wait their turn.
struct TargetLane {
    enum Admission: Equatable { case start, wait, park }

    /// Deliveries in flight to one target, at most.
    static let inFlightLimit = 128
    /// A delivery that would wait longer than this is set aside.
    static let patienceMilliseconds: Int64 = 2_000

    /// This lane's own limit: a small courier's window must have room for several targets.
    let limit: Int
    private var startedAt: [UInt64: Int64] = [:]
    private(set) var waitingCount = 0
    /// A moving average, the last delivery counting an eighth.
    private var latencyMilliseconds: Double?

    init(limit: Int = inFlightLimit) {
        self.limit = limit
    }

    var isIdle: Bool { startedAt.isEmpty && waitingCount == 0 }
    var hasRoom: Bool { startedAt.count < limit }

    /// What to do with one more delivery.
    func admit(nowMilliseconds: Int64) -> Admission {
        if hasRoom { return .start }
        return expectedWait(behind: waitingCount, nowMilliseconds: nowMilliseconds) > Self.patienceMilliseconds
            ? .park : .wait
    }

    /// How long a delivery waits that has `count` others before it. A target that has not answered yet is as slow as
    /// its oldest delivery is old.
    func expectedWait(behind count: Int, nowMilliseconds: Int64) -> Int64 {
        let oldest = startedAt.values.min().map { Double(nowMilliseconds - $0) } ?? 0
        let latency = max(latencyMilliseconds ?? 0, oldest)
        return Int64(latency * Double(count / limit + 1))
    }

    mutating func started(_ id: UInt64, nowMilliseconds: Int64) {
        startedAt[id] = nowMilliseconds
    }

    mutating func finished(_ id: UInt64, nowMilliseconds: Int64) {
        guard let begun = startedAt.removeValue(forKey: id) else { return }
        let latency = Double(nowMilliseconds - begun)
        latencyMilliseconds = latencyMilliseconds.map { $0 + (latency - $0) / 8 } ?? latency
    }

    mutating func queued() { waitingCount += 1 }
    mutating func unqueued(_ count: Int = 1) { waitingCount -= count }
}
