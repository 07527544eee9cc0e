public import JobCore

extension Facts {
    /// A change of a job, which is put again. Its webhooks carry the version as their payload.
    public struct Change: Sendable, Equatable {
        public var job: String
        public var version: Int64
        public var askedAt: Instant
        public var answeredAt: Instant

        public init(job: String, version: Int64, askedAt: Instant, answeredAt: Instant) {
            self.job = job
            self.version = version
            self.askedAt = askedAt
            self.answeredAt = answeredAt
        }
    }

    /// An operator's pause of a job. It takes effect between the request and its answer, and so does its end.
    public struct Pause: Sendable, Equatable {
        public var job: String
        public var askedAt: Instant
        public var answeredAt: Instant
        public var resumeAskedAt: Instant
        public var resumedAt: Instant

        public init(job: String, askedAt: Instant, answeredAt: Instant, resumeAskedAt: Instant, resumedAt: Instant) {
            self.job = job
            self.askedAt = askedAt
            self.answeredAt = answeredAt
            self.resumeAskedAt = resumeAskedAt
            self.resumedAt = resumedAt
        }

        /// Whether an occurrence need not be on record.
        func mayHold(_ occurrence: Instant) -> Bool { askedAt <= occurrence && occurrence <= resumedAt }

        /// Whether an occurrence must not be on record.
        func holds(_ occurrence: Instant) -> Bool { answeredAt < occurrence && occurrence < resumeAskedAt }
    }
}
