public import JobCore

/// The condition that a pause is in force for a job at an instant, or that none is.
public struct PauseCondition: Sendable, Equatable {
    public var isPaused: Bool
    public var instant: Instant

    public init(isPaused: Bool, at instant: Instant) {
        self.isPaused = isPaused
        self.instant = instant
    }
}
