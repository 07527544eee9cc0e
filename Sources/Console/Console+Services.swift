import Hummingbird
import JobCore
import StageKit
import Store

extension Console {
    private struct ServiceView: Encodable {
        let summary: ServiceSummary

        private enum CodingKeys: String, CodingKey {
            case jobs, disabled, paused
            case serviceName = "service_name"
        }

        func encode(to encoder: any Encoder) throws {
            var view = encoder.container(keyedBy: CodingKeys.self)
            try view.encode(summary.service, forKey: .serviceName)
            try view.encode(summary.jobs, forKey: .jobs)
            try view.encode(summary.disabledJobs, forKey: .disabled)
            try view.encode(summary.pausedJobs, forKey: .paused)
        }
    }

    /// `GET /services`: the services that have jobs, in the order of their names.
    func listServices(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let service = query.name("service_name")
        try context.require(.read, of: service)
        let limit = query.limit(max: 1_000, default: 100)
        let after = query.page("more", Paging.serviceName)
        try query.finish()
        let page = try await store.services(named: service, after: after, limit: limit, at: time.now())
        let last = page.hasMore ? page.items.last : nil
        return try .json(
            .ok,
            ResultPage(
                results: page.items.map(ServiceView.init), more: last.map { Paging.token(afterService: $0.service) }))
    }
}
