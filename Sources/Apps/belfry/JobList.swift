import Commands
import JSON

/// Reads the API's list of jobs, all pages of it.
enum JobList {
    /// Returns all jobs, or those of one service, as the API shows them. `filter` are parameters of the search.
    static func pages(
        _ client: APIClient, service: String?, filter: [(name: String, value: String)] = []
    ) async throws -> [JSONValue] {
        let path = service.map { "/services/\(APIClient.segment($0))/jobs" } ?? "/jobs"
        return try await ListPages(client: client, path: path, parameters: filter).all()
    }

    /// Files with jobs of more services than this are compared with the list of all jobs.
    private static let servicesMax = 20

    /// Returns the jobs of these services, or more of them. If `ofAllServices`, all that the key may see, and those of
    /// these services if it may not list the others; then it says so.
    static func shown(
        _ client: APIClient, services: Set<String>, ofAllServices: Bool
    ) async throws -> [ShownJob] {
        if ofAllServices || services.count > servicesMax {
            let answer = try await client.send("GET", "/jobs?limit=1")
            if answer.status != 403 { return try await pages(client, service: nil).compactMap(ShownJob.init) }
            if ofAllServices {
                let names = services.isEmpty ? "none" : services.sorted().joined(separator: ", ")
                Output.note("The key may not list the jobs of all services, so only these are looked at: \(names).")
            }
        }
        var jobs: [ShownJob] = []
        for service in services.sorted() {
            jobs += try await pages(client, service: service).compactMap(ShownJob.init)
        }
        return jobs
    }
}
