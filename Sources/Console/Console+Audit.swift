import Hummingbird
import JSON
import JobCore
import StageKit
import Store

extension Console {
    /// `GET /audit`: the changes, the newest first. A key of a service sees those of its service; what was done with
    /// keys is for admins.
    func listAudit(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let service = query.name("service_name")
        try context.require(.read, of: service)
        let mayManageKeys = context.mayManageKeys
        let search = AuditQuery(
            since: query.instant("since"), until: query.instant("until"), actor: query.text("actor"),
            action: query.choice("action"), service: service,
            job: query.value("job_name", hint: "Give the name of a job, and its service_name.") { name in
                service != nil && JobName.fault(in: name) == nil ? name : nil
            },
            hidesKeys: !mayManageKeys, limit: query.limit(max: 100, default: 100),
            more: query.page("more", Paging.entryNumber))
        try query.finish()
        if search.action?.isAboutKeys == true { try context.require(.manageKeys, of: nil) }
        let page = try await store.audit(search)
        return try .json(
            .ok, ResultPage(results: page.entries.map(AuditView.init), more: page.more.map(Paging.token(afterEntry:))))
    }

    /// Writes the entry of what is only a message to another stage, before the message is published: nothing is done
    /// without an entry. Throws `StoreError` or `OverdueError`.
    func record(
        _ action: AuditAction, _ context: KeyContext, service: String? = nil, job: String? = nil,
        subject: String? = nil, after: JSONValue? = nil
    ) async throws {
        try await recorder.call(
            AuditEntry(
                action, by: context.author, at: time.now(), service: service, job: job, subject: subject,
                after: after?.text))
    }
}
