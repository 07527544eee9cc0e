import HTTPClient
import Hummingbird
import JSON
import JobCore
import Synchronization
import TestServers

/// The services of a chaos run. A webhook's path is the name of its job, which decides how the service reacts.
final class ChaosService: Sendable {
    private let jobs: [String: ChaosJob]
    private let ledger: ChaosLedger
    private let sender: CallbackSender
    private let port = Mutex<Int?>(nil)
    private let accepted: AsyncStream<Accepted>
    private let accept: AsyncStream<Accepted>.Continuation

    /// An execution that begins to work.
    private struct Accepted {
        var execution: String
        var job: ChaosJob
        var token: String
    }

    init(jobs: [ChaosJob], ledger: ChaosLedger, sender: CallbackSender) {
        self.jobs = Dictionary(jobs.map { ($0.name, $0) }) { $1 }
        self.ledger = ledger
        self.sender = sender
        // As many as the installation delivers.
        (accepted, accept) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// The URL of a job's webhooks. Throws if the service does not run.
    func url(of job: ChaosJob) async throws -> String {
        let number: Int = try await until("the services run") { port.withLock { $0 } }
        return "http://127.0.0.1:\(number)/\(job.name)"
    }

    /// Serves webhooks and calls back until the task is cancelled.
    func run() async throws {
        let router = Router()
        router.post("**") { request, _ in try await self.take(request) }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in self.port.withLock { $0 = channel.localAddress?.port } })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                await withDiscardingTaskGroup { work in
                    for await run in self.accepted { work.addTask { await self.work(on: run) } }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func take(_ request: Request) async throws -> Response {
        let bytes = Array(try await request.body.collect(upTo: 1_024 * 1_024).readableBytesView)
        let body = try? JSONValue(parsing: bytes)
        guard let job = jobs[request.uri.path.split(separator: "/").last.map(String.init) ?? ""],
            let execution = body?["execution_id"]?.string, let attempt = body?["attempt"]?.integer,
            let token = body?["callback_url"]?.string?.split(separator: "/").last
        else { return Response(status: .badRequest) }
        let place = ledger.add(
            Facts.Webhook(
                execution: execution, job: job.name, attempt: attempt,
                version: body?["payload"]?.string.flatMap { Int64($0) }, at: ledger.now()))
        let run = Accepted(execution: execution, job: job, token: String(token))
        let status = try await status(of: run, attempt: attempt)
        // A repeated webhook starts no second run, as Belfry asks of services.
        if ledger.answer(place, status: status) { accept.yield(run) }
        return Response(status: .init(code: status))
    }

    private func status(of run: Accepted, attempt: Int64) async throws -> Int {
        switch run.job.answer {
        case .refuse: return 404
        case .unavailable(let attempts): return attempt <= attempts ? 503 : 200
        case .accept(let milliseconds):
            if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
            return 200
        case .failAfterSuccess:
            await sender.send(.success, of: run.execution, token: run.token, timeoutMilliseconds: 2_000)
            return 500
        }
    }

    /// Sends the heartbeats, each an interval after the one before, and then reports the end.
    private func work(on run: Accepted) async {
        let interval = Duration.seconds(run.job.heartbeatIntervalSeconds)
        // Short enough that an endpoint that hangs makes no service look silent: another one is tried in time.
        let timeout = Int(min(max(run.job.heartbeatIntervalSeconds * 500, 500), 5_000))
        var next = ContinuousClock.now
        for _ in 0..<run.job.heartbeats {
            next = max(next + interval, .now)
            guard (try? await Task.sleep(until: next)) != nil,
                await sender.send(.processing, of: run.execution, token: run.token, timeoutMilliseconds: timeout)
            else { return }
        }
        let kind: Facts.Callback.Kind
        switch run.job.ending {
        case .silence: return
        case .success: kind = .success
        case .fail: kind = .fail
        }
        guard (try? await Task.sleep(for: .milliseconds(run.job.endsAfterMilliseconds))) != nil else { return }
        async let sent = sender.send(kind, of: run.execution, token: run.token, timeoutMilliseconds: timeout)
        // Some services report the end twice.
        if run.execution.hasSuffix("0") || run.execution.hasSuffix("8") {
            await sender.send(kind, of: run.execution, token: run.token, timeoutMilliseconds: timeout)
        }
        _ = await sent
    }
}
