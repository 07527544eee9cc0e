import Determinism
import JobCore
import MessagingTesting
import Store
import Messaging
import SQLiteStore
import Signing

/// One random step after the other.
extension PipelineWorld {
    /// Reports keep their order in every second seed, as they do in a queue with one consumer: only then can it be
    /// said of each run whether it was in time.
    var keepsReportsInOrder: Bool { seed.isMultiple(of: 2) }

    func makeJobs() async throws {
        for index in 0..<random.int(2...5) {
            try await put(TrackedJob.any(JobName(service: service, job: "j\(index)"), at: now, &random))
        }
    }

    func step() async throws {
        let isAway = random.chance(3)
        store.isAway = isAway
        switch random.int(1...100) {
        case ...16: await advance(milliseconds: Int64(random.int(100...20_000)), mute: random.chance(8))
        case ...30: await tickSomehow()
        case ...42: await pump(.dispatcherDue, limit: random.int(1...6), death: death())
        case ...47:
            await pump(.dispatcherRuns, limit: random.int(1...4), death: death())
            await pump(.dispatcherDeliveries, limit: random.int(1...4), death: death())
        case ...62: await deliverSomehow()
        case ...78: await pump(.ingesterReports, limit: random.int(1...10), death: death())
        case ...84: await reap(reaper: random.int(0...1), death: death())
        case ...86: await services.speak()
        case ...91: disturbAQueue()
        case ...95: try await editAJob()
        case ...97: try await poison()
        default: await outage()
        }
        store.isAway = false
    }

    private func death() -> Death? {
        random.chance(15) ? Death.allCases[random.int(0...2)] : nil
    }

    private func deliverSomehow() async {
        let lasts = Int64(random.chance(50) ? 10_000 : random.int(0...3_000))
        await deliver(
            limit: random.int(1...6), death: death(), afterPublishes: random.int(0...2), lastsMilliseconds: lasts,
            isCutOff: random.chance(10))
    }

    private func tickSomehow() async {
        let index = random.chance(80) ? 0 : 1
        switch random.int(1...100) {
        case ...12: await tick(ticker: index, death: death() ?? .afterPublish, afterPublishes: random.int(0...1))
        case ...16: broker.rearrange(WorkQueue.tickerBaton.rawValue) { $0 = [] }
        case ...20: tickers[index] = newTicker()
        default: await tick(ticker: index)
        }
    }

    private func outage() async {
        switch random.int(1...3) {
        case 1:
            // Nobody works for a while.
            await advance(milliseconds: Int64(random.int(30_000...200_000)), mute: random.chance(30))
        case 2:
            // The recorder is away. The reaper sees nothing of the callbacks that wait for it, and reports the runs
            // that they are from; one such report may still be fresh when the recorder comes back.
            for _ in 0..<14 {
                await advance(seconds: 5)
                await reap()
                let last = broker.waiting(in: WorkQueue.ingesterReports.rawValue).last
                if last?.routingKey == RoutingKey.executionExpired, random.chance(60) { break }
            }
            await pump(.ingesterReports)
        default:
            // The broker is away while they try.
            broker.setAvailable(false)
            await pump(.dispatcherDue)
            await deliver(limit: 3)
            await pump(.ingesterReports)
            await reap()
            if random.chance(40) { await tick() }
            await advance(milliseconds: Int64(random.int(1_000...90_000)))
            broker.setAvailable(true)
        }
    }

    private func disturbAQueue() {
        let queues = WorkQueue.allCases.filter { $0 != .tickerBaton }
        let queue = queues[random.int(0...(queues.count - 1))]
        var random = random
        let mayShuffle = queue != .ingesterReports || !keepsReportsInOrder
        broker.rearrange(queue.rawValue) { messages in
            switch random.int(1...100) {
            case ...40: if mayShuffle { messages.shuffle(using: &random) }
            case ...80:
                let doubled = messages.filter { _ in random.chance(50) }
                for var message in doubled {
                    message.tag = MessageTag(epoch: 1, number: random.next() >> 1)
                    messages.insert(message, at: mayShuffle ? random.int(0...messages.count) : messages.count)
                }
            default:
                guard queue == .courierDeliveries else { return }
                messages.removeAll { ledger.poison[$0.id ?? ""] == nil }
            }
        }
        self.random = random
    }

    private func editAJob() async throws {
        let index = random.int(0...(jobs.count - 1))
        let id = store.created.isEmpty ? nil : store.created[random.int(0...(store.created.count - 1))]
        switch random.int(1...100) {
        case ...35:
            if jobs[index].deletedAt == nil { try await run(index) }
        case ...45:
            if let id, store.ends[id]?.status == .fail, jobs[index].deletedAt == nil,
                let execution = try await record.execution(id), execution.jobID == jobs[index].name.id
            {
                try await run(index, retryOf: id)
            }
        case ...58: if let id = store.open.last { try await cancel(id) }
        case ...74: try await change(index) { $0.job.isEnabled.toggle() }
        case ...86:
            let rhythm = Rhythm.any(after: now, &random)
            try await change(index) { $0.rhythm = rhythm }
        case ...93: try await change(index) { $0.job.description = "changed" }
        default: try await delete(index)
        }
    }

    /// A message that no stage can handle.
    private func poison() async throws {
        let id = "poison \(ledger.poison.count)"
        var message = OutboundMessage(routingKey: "", id: id, body: Array("{\"half\": ".utf8))
        var reason = DeadLetterReason.unreadable
        let queue: WorkQueue
        switch random.int(1...7) {
        case 7: (queue, message.routingKey) = (.dispatcherDeliveries, RoutingKey.deliveryDue)
        case 1: (queue, message.routingKey) = (.dispatcherDue, RoutingKey.scheduleDue)
        case 2: (queue, message.routingKey) = (.courierDeliveries, RoutingKey.deliveryRequested)
        case 3: (queue, message.routingKey) = (.ingesterReports, RoutingKey.deliveryAccepted)
        case 4:
            (queue, message.routingKey, reason) = (.dispatcherRuns, RoutingKey.runRequested, .failing)
            message.body = try MessageCoder.encode(
                RunRequested(
                    executionID: ExecutionID(namespace: JobName(service: service, job: "no").id.uuid, name: id),
                    jobName: JobName(service: service, job: "no"), requestedAt: now))
        case 5: (queue, message.routingKey, reason) = (.ingesterReports, RoutingKey.callbackReceived, .forbidden)
        default:
            (queue, message.routingKey, reason) = (.ingesterReports, RoutingKey.callbackReceived, .forbidden)
            let strangers = try SigningKeys(parsing: "k1://///////////////////////////////////////w==")
            let nobody = JobName(service: service, job: "no").id.uuid
            let execution = store.open.last ?? ExecutionID(namespace: nobody, name: id)
            message.headers[Header.token] =
                CallbackToken(executionID: execution, expiresAt: now.adding(seconds: 600)).signed(with: strangers)
            message.body = Array(#"{"status": "success"}"#.utf8)
        }
        guard (try? await broker.publish([message])) != nil else { return }
        ledger.poison[id] = Ledger.Poison(queue: queue, reason: reason)
    }
}
