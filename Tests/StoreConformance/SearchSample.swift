import JobCore
import Store
import Testing

/// Jobs and executions of all kinds, random but the same for the same seed, and the searches among them by the rule
/// itself: the reference for the search of a store.
struct SearchSample {
    private(set) var jobs: [Job] = []
    /// In the order of their creation.
    private(set) var executions: [Execution] = []
    private var random: SeededRandom

    private static let tags = ["nightly", "slow", "eu"]
    private static let owners = ["team-a", "team-b"]
    private static let correlations = ["c-1", "c-2", "c-3"]

    init(seed: UInt64, executionCount: Int) {
        random = SeededRandom(seed: seed)
        for service in ["billing", "mail", "shipping"] {
            for name in ["export", "import", "report"] + (0..<4).map({ "\(service)-\($0)" }) {
                var job = sampleJob(name, service: service, isEnabled: Bool.random(using: &random))
                job.tags = Self.tags.filter { _ in Bool.random(using: &random) }
                job.owner = random.next() % 3 == 0 ? nil : Self.owners.randomElement(using: &random)
                jobs.append(job)
            }
        }
        for _ in 0..<executionCount { addExecution() }
    }

    /// Adds an execution; its occurrence is shared by others.
    mutating func addExecution() {
        guard let job = jobs.randomElement(using: &random) else { return }
        var execution = sampleExecution(of: job, minute: Int64.random(in: 0..<60, using: &random))
        execution.id = ExecutionID(namespace: job.name.id.uuid, name: "\(executions.count)")
        execution.trigger =
            random.next() % 3 == 0 ? Trigger.allCases.randomElement(using: &random) ?? .manual : .schedule
        if random.next() % 8 == 0 { execution.retryOf = executions.randomElement(using: &random)?.id }
        if random.next() % 4 == 0 {
            execution.outcome.correlationID = Self.correlations.randomElement(using: &random)
        }
        switch ExecutionStatus.allCases.randomElement(using: &random) ?? .pending {
        case .pending: break
        case .invoked: execution.invoke(at: start)
        case .processing:
            execution.invoke(at: start)
            execution.heartbeat(at: start)
        case .success: execution.end(.success)
        case .fail: execution.end(.fail, FailureReason.allCases.randomElement(using: &random))
        }
        executions.append(execution)
    }

    /// Writes all of it to an empty store.
    func write(to store: any CompleteStore) async throws {
        _ = try await store.put(jobs, now: start)
        try await store.create(executions, now: start)
    }

    func matches(_ execution: Execution, _ query: ExecutionQuery) -> Bool {
        guard let job = jobs.first(where: { $0.name == execution.jobName }), query.jobs.matches(job) else {
            return false
        }
        let (state, occurrence) = (execution.state, execution.occurrence)
        return query.status ?? state.status == state.status && query.reason ?? state.reason == state.reason
            && query.trigger ?? execution.trigger == execution.trigger
            && query.since ?? occurrence <= occurrence && query.until.map { occurrence < $0 } ?? true
            && query.correlationID ?? execution.outcome.correlationID == execution.outcome.correlationID
            && query.retryOf ?? execution.retryOf == execution.retryOf
    }

    func found(_ query: ExecutionQuery) -> [ExecutionID] {
        executions.enumerated().filter { matches($0.element, query) }
            .sorted { ($0.element.occurrence, $0.offset) > ($1.element.occurrence, $1.offset) }.map(\.element.id)
    }

    func found(_ filter: JobFilter) -> [JobName] {
        jobs.filter { filter.matches($0) }.map(\.name).sorted { ($0.service, $0.job) < ($1.service, $1.job) }
    }

    /// Each condition is there in about one search of `rarity`.
    mutating func query(rarity: UInt64 = 4) -> ExecutionQuery {
        var query = ExecutionQuery(jobs: filter(rarity: rarity), limit: Int.random(in: 1...30, using: &random))
        if isChosen(rarity) { query.status = ExecutionStatus.allCases.randomElement(using: &random) }
        if isChosen(rarity) { query.reason = FailureReason.allCases.randomElement(using: &random) }
        if isChosen(rarity) { query.trigger = Trigger.allCases.randomElement(using: &random) }
        if isChosen(rarity) { query.since = instant() }
        if isChosen(rarity) { query.until = instant() }
        if isChosen(rarity) { query.correlationID = (Self.correlations + ["none"]).randomElement(using: &random) }
        if isChosen(rarity) { query.retryOf = executions.compactMap(\.retryOf).randomElement(using: &random) }
        return query
    }

    mutating func filter(rarity: UInt64 = 4) -> JobFilter {
        var filter = JobFilter()
        if isChosen(rarity) {
            filter.names = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let name = jobs.randomElement(using: &random)?.name
                return switch random.next() % 4 {
                case 0: JobNamePattern(service: name?.service)
                case 1: JobNamePattern(job: name?.job)
                case 2: JobNamePattern(service: "nobody", job: name?.job)
                default: JobNamePattern(service: name?.service, job: name?.job)
                }
            }
        }
        if isChosen(rarity) {
            let some = (0..<Int.random(in: 1...5, using: &random)).compactMap { _ in jobs.randomElement(using: &random)
            }
            filter.ids = some.map(\.name.id) + [.random()]
        }
        if isChosen(rarity) { filter.tag = (Self.tags + ["none"]).randomElement(using: &random) }
        if isChosen(rarity) { filter.owner = Self.owners.randomElement(using: &random) }
        if isChosen(rarity) { filter.isEnabled = Bool.random(using: &random) }
        return filter
    }

    private mutating func isChosen(_ rarity: UInt64) -> Bool { random.next() % rarity == 0 }

    private mutating func instant() -> Instant {
        start.adding(milliseconds: Int64.random(in: -60_000...3_700_000, using: &random))
    }
}

extension ConsoleStore {
    /// The executions of all pages. Fails after more pages than there can be.
    func allPages(
        _ query: ExecutionQuery, between: () async throws -> Void = {}
    ) async throws -> [Execution] {
        var (query, found) = (query, [Execution]())
        for _ in 0..<1_000 {
            let page = try await executions(query)
            #expect(page.executions.count <= query.limit)
            found += page.executions
            guard let more = page.more else { return found }
            query.more = more
            try await between()
        }
        Issue.record("the pages have no end")
        return found
    }

    /// The names of the jobs of all pages.
    func allPages(_ query: JobQuery) async throws -> [JobName] {
        var (query, found) = (query, [JobName]())
        for _ in 0..<1_000 {
            let page = try await jobs(query)
            #expect(page.jobs.count <= query.limit)
            found += page.jobs.map(\.job.name)
            guard let more = page.more else { return found }
            query.after = more
        }
        Issue.record("the pages have no end")
        return found
    }
}
