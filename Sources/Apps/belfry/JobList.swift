import JSON
import JobCore

/// Reads the API's list of jobs, all pages of it.
enum JobList {
    /// Returns all jobs, or those of one service, as the API shows them.
    static func pages(_ client: APIClient, service: String?) async throws -> [JSONValue] {
        var jobs: [JSONValue] = []
        var more: String?
        repeat {
            let path = service.map { "/services/\(APIClient.segment($0))/jobs" } ?? "/jobs"
            let page = try await client.done(
                "GET", "\(path)?limit=1000" + (more.map { "&more=\(APIClient.segment($0))" } ?? ""))
            jobs += page["results"]?.array ?? []
            more = page["paging"]?["more"]?.string
        } while more != nil
        return jobs
    }

    /// Returns the names of a service's jobs.
    static func all(_ client: APIClient, service: String) async throws -> [JobName] {
        try await pages(client, service: service).compactMap { job in
            job["job_name"]?.string.map { JobName(service: service, job: $0) }
        }
    }
}
