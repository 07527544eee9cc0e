/// The name of a job, or a part of it: every job of a service, or the jobs of one name in all services.
public struct JobNamePattern: Sendable, Hashable {
    /// Nil for any service.
    public var service: String?
    /// Nil for any job.
    public var job: String?

    public init(service: String? = nil, job: String? = nil) {
        self.service = service
        self.job = job
    }
}
