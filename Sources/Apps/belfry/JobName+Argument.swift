public import ArgumentParser
public import JobCore

extension JobName: ExpressibleByArgument {
    /// Reads the argument `service/name`. Returns nil if it is not a valid name.
    public init?(argument: String) {
        self.init(text: argument)
        guard JobName.fault(in: service) == nil, JobName.fault(in: job) == nil else { return nil }
    }

    /// The job's path in the admin API.
    var path: String { "/services/\(APIClient.segment(service))/jobs/\(APIClient.segment(job))" }
}
