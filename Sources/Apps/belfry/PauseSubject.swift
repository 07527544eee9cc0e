import ArgumentParser
import JobCore

/// What a command pauses or resumes: a job, a service or a tag.
struct PauseSubject: ParsableArguments {
    @Argument(help: "The job, service/name.", transform: Arguments.jobName) var job: JobName?
    @Option(help: "All jobs of this service, also those that are put later.", transform: Arguments.serviceName)
    var service: String?
    @Option(
        help: "All jobs with this tag, of any service. It needs a key of the scope admin.", transform: Arguments.tag)
    var tag: String?

    func validate() throws {
        guard [job != nil, service != nil, tag != nil].count(where: \.self) == 1 else {
            throw ValidationError("give one of the three: a job as service/name, --service or --tag")
        }
    }

    /// Its path in the admin API.
    var path: String {
        job?.path ?? service.map { "/services/\(APIClient.segment($0))" } ?? "/tags/\(APIClient.segment(tag ?? ""))"
    }
}
