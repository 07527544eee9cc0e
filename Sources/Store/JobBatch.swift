public import JobCore

/// Changes of jobs that are made together or not at all.
public struct JobBatch: Sendable, Equatable {
    /// A job that is created or replaced.
    public struct Put: Sendable, Equatable {
        public var job: Job
        /// All of them must hold.
        public var preconditions: [JobPrecondition]

        public init(_ job: Job, if preconditions: [JobPrecondition] = []) {
            self.job = job
            self.preconditions = preconditions
        }
    }

    /// A job that is deleted.
    public struct Deletion: Sendable, Equatable {
        public var name: JobName
        /// All of them must hold.
        public var preconditions: [JobPrecondition]

        public init(_ name: JobName, if preconditions: [JobPrecondition] = []) {
            self.name = name
            self.preconditions = preconditions
        }
    }

    /// Made first, in this order. The second of two puts of one name replaces the first.
    public var puts: [Put]
    public var deletions: [Deletion]

    public init(puts: [Put] = [], deletions: [Deletion] = []) {
        self.puts = puts
        self.deletions = deletions
    }

    public var isEmpty: Bool { puts.isEmpty && deletions.isEmpty }

    /// The preconditions that don't hold before the batch is begun, at most one of a change. `isAbsent` and `stored`
    /// say what is on record; see `JobPrecondition.holds`.
    public func failedPreconditions(
        isAbsent: (JobName) -> Bool, stored: (JobName) -> StoredJob?
    ) -> [FailedPrecondition] {
        let changes = puts.map { ($0.job.name, $0.preconditions) } + deletions.map { ($0.name, $0.preconditions) }
        return changes.compactMap { name, preconditions in
            guard !preconditions.isEmpty else { return nil }
            let (isAbsent, stored) = (isAbsent(name), stored(name))
            let failed = preconditions.first { !$0.holds(for: stored, isAbsent: isAbsent) }
            return failed.map { FailedPrecondition(name: name, precondition: $0, isAbsent: isAbsent) }
        }
    }
}
