import JobCore
import Messaging
public import TestServers

/// A run of the whole system, two of each stage, under the faults of a plan.
public struct ChaosRun: Sendable {
    /// How many of each program a run needs, as `Scripts/up` takes it.
    public static let scale = "tickerd=2,dispatcherd=2,courierd=2,ingesterd=2,reaperd=2,consoled=2"
    /// Variables that all programs of the installation need: a purged delivery is made again soon.
    public static let environment = ["BELFRY_REDELIVER_AFTER_SECONDS": "10"]

    private static let programs = ["tickerd", "dispatcherd", "courierd", "ingesterd", "reaperd", "consoled"]
        .flatMap { ["\($0).1", "\($0).2"] }

    private let plan: ChaosPlan
    private let jobs: [ChaosJob]
    private let installation: Installation
    private let proxies: [Fault.Link: [TCPProxy]]
    private let ledger = ChaosLedger()
    private let record: RecordReader
    private let service: ChaosService
    private let sender: CallbackSender
    private let poison: PoisonPublisher
    private let changer: JobChanger

    /// Prepares a run. The proxies are those between the stages and the servers. Throws if the installation lacks a
    /// setting.
    public init(
        _ plan: ChaosPlan, jobs: [ChaosJob] = ChaosJob.all, on installation: Installation,
        through proxies: [Fault.Link: [TCPProxy]] = [:]
    ) throws {
        self.proxies = proxies
        self.plan = plan
        self.jobs = jobs
        self.installation = installation
        record = RecordReader(installation: installation)
        let endpoints = ["ingesterd.1", "ingesterd.2"]
        let addresses = try endpoints.map { ($0, try installation.setting("BELFRY_CALLBACK_LISTEN", of: $0)) }
        sender = CallbackSender(
            endpoints: Dictionary(uniqueKeysWithValues: addresses), copies: CallbackCopies(seed: plan.seed),
            ledger: ledger)
        service = ChaosService(jobs: jobs, ledger: ledger, sender: sender)
        poison = try PoisonPublisher(urls: installation.settings["BELFRY_AMQP_URL", default: ""])
        changer = JobChanger(jobs: jobs, record: record, service: service, ledger: ledger)
    }

    /// Registers the jobs, acts the plan, waits until all executions have ended, and reports.
    public func report() async throws -> ChaosReport {
        try await withThrowingTaskGroup(of: ChaosReport?.self) { group in
            group.addTask {
                await sender.run()
                return nil
            }
            group.addTask {
                await poison.run()
                return nil
            }
            group.addTask {
                try await service.run()
                return nil
            }
            group.addTask { try await acted() }
            defer { group.cancelAll() }
            while let report = try await group.next() {
                if let report { return report }
            }
            throw TestFailure("the services of the chaos run ended")
        }
    }

    private func acted() async throws -> ChaosReport {
        var registrations: [Facts.Registration] = []
        for job in jobs {
            try await changer.put(job, isEnabled: true)
            // A changed job takes effect within about a second.
            let effective = ledger.now().adding(milliseconds: 3_000)
            registrations.append(Facts.Registration(job: job, effectiveFrom: effective, completeUntil: effective))
        }
        try await FaultInjector(
            installation: installation, ledger: ledger, poison: poison, changer: changer, proxies: proxies
        ).run(plan)
        let crashed = try await untilReady()
        let calm = ledger.now()
        try await untilDispatched(beyond: calm)
        for index in registrations.indices {
            registrations[index].completeUntil = calm
            try await changer.put(registrations[index].job, isEnabled: false)
        }
        try await untilEnded()
        var facts = ledger.current
        facts.registrations = registrations
        facts.crashed = crashed
        for job in jobs { facts.runs += try await record.runs(of: job) }
        let depths = try await record.queueDepths()
        for queue in WorkQueue.allCases { facts.deadLetters[queue] = depths["belfry.\(queue.rawValue).dead"] }
        let report = ChaosReport(plan: plan, facts: facts, verdict: Judge.verdict(on: facts))
        return report.adding(try await timelines(of: report.verdict))
    }

    /// Waits until every program is ready, and starts those that are gone. Returns these.
    private func untilReady() async throws -> [String] {
        try await installation.untilNodesAreTogether()
        let crashed = Self.programs.filter { !installation.isAlive($0) }
        for program in crashed { try await installation.startProgram(program) }
        for program in Self.programs {
            try await installation.untilReady(program)
        }
        return crashed
    }

    /// Waits until every due event of an occurrence up to `instant` has been handled.
    private func untilDispatched(beyond instant: Instant) async throws {
        for job in jobs {
            _ = try await until("\(job.name) runs again") {
                try await record.latest(of: job).contains { $0.occurrence > instant } ? true : nil
            }
        }
        let queues = [WorkQueue.dispatcherDue, .dispatcherBulk].map { "belfry.\($0.rawValue)" }
        _ = try await until("no due event waits") {
            let depths = try await record.queueDepths()
            return queues.allSatisfy { depths[$0] == 0 } ? true : nil
        }
    }

    /// Waits until all executions have ended, or as long as the longest may take. The judge finds what is still open.
    private func untilEnded() async throws {
        let longest = jobs.map(\.ttlSeconds).max() ?? 0
        _ = try? await until("all executions have ended", withinSeconds: Int(longest) + 90) {
            try await record.openRuns() == 0 ? true : nil
        }
    }

    private func timelines(of verdict: Verdict) async throws -> [String: String] {
        var timelines: [String: String] = [:]
        for execution in verdict.violations.compactMap(\.execution).prefix(40) {
            timelines[execution] = try await record.timeline(of: execution)
        }
        return timelines
    }
}
