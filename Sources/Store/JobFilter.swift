public import JobCore

/// The jobs that a search is about. A job matches when it meets every condition that is not nil.
///
///     JobFilter(names: [JobNamePattern(service: "billing")], tag: "nightly")
public struct JobFilter: Sendable, Equatable {
    /// Its name is one of these.
    public var names: [JobNamePattern]?
    /// Its id is one of these.
    public var ids: [JobID]?
    /// One of its tags.
    public var tag: String?
    public var owner: String?
    public var isEnabled: Bool?
    /// Whether an operator has paused it.
    public var pause: PauseCondition?

    public init(
        names: [JobNamePattern]? = nil, ids: [JobID]? = nil, tag: String? = nil, owner: String? = nil,
        isEnabled: Bool? = nil, pause: PauseCondition? = nil
    ) {
        self.names = names
        self.ids = ids
        self.tag = tag
        self.owner = owner
        self.isEnabled = isEnabled
        self.pause = pause
    }

    /// The most names and the most ids that a search may have.
    public static let namesMax = 100

    /// Whether a name meets the conditions on names and ids.
    public func matches(_ name: JobName) -> Bool {
        let isNamed = names?.contains { $0.service ?? name.service == name.service && $0.job ?? name.job == name.job }
        return isNamed ?? true && ids?.contains(name.id) ?? true
    }

    /// Whether a job meets all conditions: the rule that the search of every store keeps. `pauses` are those on record.
    public func matches(_ job: Job, pauses: JobPauses = JobPauses([])) -> Bool {
        matches(job.name) && tag.map(job.tags.contains) ?? true && owner ?? job.owner == job.owner
            && isEnabled ?? job.isEnabled == job.isEnabled
            && pause.map { (pauses.last(of: job, at: $0.instant) != nil) == $0.isPaused } ?? true
    }
}
