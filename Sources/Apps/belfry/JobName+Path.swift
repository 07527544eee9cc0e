import JobCore

extension JobName {
    /// The job's path in the admin API.
    var path: String { "/services/\(APIClient.segment(service))/jobs/\(APIClient.segment(job))" }
}
