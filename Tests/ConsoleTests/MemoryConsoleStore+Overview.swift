import JobCore
import Store

extension MemoryConsoleStore: ReadinessStore {
    func checkWritable() async throws(StorageFault) {
        if let fault = content.storageFault { throw fault }
    }

    func overview(at instant: Instant) async throws(StoreError) -> StoreOverview {
        await waitWhileHeld()
        return try read().overview
    }

    func services(
        named service: String?, after: String?, limit: Int, at instant: Instant
    ) async throws(StoreError) -> ListedPage<ServiceSummary> {
        let jobs = try read().jobs.values.map(\.job).filter { service == nil || $0.name.service == service }
        let found = Dictionary(grouping: jobs, by: \.name.service).map { name, jobs in
            ServiceSummary(service: name, jobs: jobs.count, disabledJobs: jobs.count { !$0.isEnabled })
        }
        let rest = found.sorted { $0.service < $1.service }.filter { after == nil || $0.service > after ?? "" }
        return ListedPage(items: Array(rest.prefix(limit)), hasMore: rest.count > limit)
    }

    func schedules(
        service: String?, after: ScheduleKey?, limit: Int
    ) async throws(StoreError) -> ListedPage<ScheduleSummary> {
        func texts(_ key: ScheduleKey) -> [String] { [key.expression, key.timeZone, "\(key.dst)"] }
        let jobs = try read().jobs.values.map(\.job).filter { service == nil || $0.name.service == service }
        let found = Dictionary(grouping: jobs, by: \.schedule).map { key, jobs in
            ScheduleSummary(key: key, jobs: jobs.count, disabledJobs: jobs.count { !$0.isEnabled })
        }
        let rest = found.sorted { texts($0.key).lexicographicallyPrecedes(texts($1.key)) }.filter { item in
            after.map { texts($0).lexicographicallyPrecedes(texts(item.key)) } ?? true
        }
        return ListedPage(items: Array(rest.prefix(limit)), hasMore: rest.count > limit)
    }
}
