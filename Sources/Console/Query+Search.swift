import Hummingbird
import JSON
import JobCore
import StageKit
import Store

/// The parameters that searches for jobs and for executions have in common.
extension Query {
    /// Reads the parameters of a search: those in the query and those in a JSON object, which a `GET` may have, too, as
    /// with the predecessor.
    init(search request: Request, _ context: KeyContext) async throws {
        self.init(request)
        if let body = try await request.optionalJSONBody(bytesMax: Self.bodyBytesMax, context) { try add(body: body) }
    }

    /// Takes the parameters that name jobs: `service_name` and `job_name`, as far as the path names neither, `job_guid`
    /// and `tag`. Throws `forbidden` unless the key may read every service that is named, or all if none is.
    mutating func jobFilter(_ context: KeyContext) throws -> JobFilter {
        let path = try context.pathNames()
        let services = path.service.map { (values: [$0], isList: false) } ?? names("service_name")
        for service in Set(services?.values ?? []) { try context.require(.read, of: service) }
        if services == nil { try context.require(.read, of: nil) }
        let jobs = path.job.map { (values: [$0], isList: false) } ?? names("job_name")
        return JobFilter(names: patterns(services, jobs), ids: jobIDs(), tag: text("tag"))
    }

    /// Takes the names of services or of jobs.
    private mutating func names(_ name: String) -> (values: [String], isList: Bool)? {
        guard let given = texts(name, countMax: JobFilter.namesMax) else { return nil }
        for (place, text) in given.values.enumerated() {
            guard let fault = JobName.fault(in: text) else { continue }
            report(given.isList ? "\(name)/\(place)" : name, .invalid, fault, hint: JobName.hint)
        }
        return given
    }

    /// Joins services and jobs: lists go together place by place, and a single value goes with each of a list.
    private mutating func patterns(
        _ services: (values: [String], isList: Bool)?, _ jobs: (values: [String], isList: Bool)?
    ) -> [JobNamePattern]? {
        guard let services else { return jobs.map { $0.values.map { JobNamePattern(job: $0) } } }
        guard let jobs else { return services.values.map { JobNamePattern(service: $0) } }
        if services.isList, jobs.isList, services.values.count != jobs.values.count {
            report(
                "job_name", .invalid,
                "has \(jobs.values.count) values, and service_name has \(services.values.count)",
                hint: "Give one service for each job, in the same order, or a single one for all.")
            return nil
        }
        return (0..<max(services.values.count, jobs.values.count)).map { place in
            JobNamePattern(
                service: services.values[services.isList ? place : 0], job: jobs.values[jobs.isList ? place : 0])
        }
    }

    private mutating func jobIDs() -> [JobID]? {
        guard let given = texts("job_guid", countMax: JobFilter.namesMax) else { return nil }
        return given.values.enumerated().compactMap { place, text in
            if let id = JobID(text: text) { return id }
            report(
                given.isList ? "job_guid/\(place)" : "job_guid", .invalid, "is “\(text.prefix(64))”",
                hint: "Give the job_guid that GET shows of a job.")
            return nil
        }
    }
}
