/// A service that has jobs.
public struct ServiceSummary: Sendable, Equatable {
    public var service: String
    /// Its jobs, deleted ones excepted.
    public var jobs: Int
    /// Those of them that are not enabled.
    public var disabledJobs: Int
    /// The jobs for which a pause is in force.
    public var pausedJobs: Int

    public init(service: String, jobs: Int, disabledJobs: Int, pausedJobs: Int = 0) {
        self.service = service
        self.jobs = jobs
        self.disabledJobs = disabledJobs
        self.pausedJobs = pausedJobs
    }
}
