/// The wait of a delivery for one of its attempts, as its execution's record shows it.
public struct Deferral: Sendable, Hashable, Codable {
    /// Why a delivery waits.
    public enum Cause: Sendable, Hashable {
        /// This attempt failed, and another one follows.
        case failed(Attempt)
        /// The delivery waits for the `count`th time before this attempt, mostly because the target is busy; no attempt
        /// was made. It waits since `at`.
        case busy(attempt: Int, count: Int, at: Instant)
    }

    /// The number of the attempt that the delivery waits for.
    public var attempt: Int
    /// When the wait began: when the attempt before failed, or the delivery was put off for the first time.
    public var at: Instant
    /// When the attempt is due.
    public var until: Instant
    /// How often the delivery was put off without an attempt, mostly because the target was busy.
    public var busyCount: Int

    public init(attempt: Int, at: Instant, until: Instant, busyCount: Int = 0) {
        self.attempt = attempt
        self.at = at
        self.until = until
        self.busyCount = busyCount
    }

    init(_ cause: Cause, until: Instant) {
        switch cause {
        case .failed(let failed): self.init(attempt: failed.number + 1, at: failed.answeredAt, until: until)
        case .busy(let attempt, let count, let at):
            self.init(attempt: attempt, at: at, until: until, busyCount: count)
        }
    }

    /// This wait and another one for the same attempt as one. The order and repetition of reports make no difference.
    func merged(with other: Deferral) -> Deferral {
        Deferral(
            attempt: attempt, at: min(at, other.at), until: max(until, other.until),
            busyCount: max(busyCount, other.busyCount))
    }

    private enum CodingKeys: String, CodingKey {
        case attempt
        case at = "at_ms"
        case until = "until_ms"
        case busyCount = "busy_count"
    }
}
