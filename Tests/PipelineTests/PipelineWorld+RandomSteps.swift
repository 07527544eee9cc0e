import Determinism
import JobCore
import Messaging
import MessagingTesting
import SQLiteStore
import Signing
import Store

/// The random steps of a world.
extension PipelineWorld {
    func makeJobs() async throws {
        for index in 0..<random.int(2...5) {
            try await put(TrackedJob.any(JobName(service: service, job: "j\(index)"), at: now, &random))
        }
    }

    func step() async throws {
        store.isUnavailable = random.chance(3)
        switch random.int(1...100) {
        case ...16: await advance(milliseconds: Int64(random.int(100...20_000)), withoutCallbacks: random.chance(8))
        case ...30: await tickSomehow()
        case ...42: await pump(.dispatcherDue, limit: random.int(1...6), crash: randomCrash())
        case ...47:
            await pump(.dispatcherRuns, limit: random.int(1...4), crash: randomCrash())
            await pump(.dispatcherDeliveries, limit: random.int(1...4), crash: randomCrash())
            await pump(.dispatcherRedeliveries, limit: random.int(1...4), crash: randomCrash())
        case ...62: await deliverSomehow()
        case ...75: await record(limit: random.int(1...60), crash: randomCrash())
        case ...81: await freezeSomebody()
        case ...84: await reap(reaper: random.int(0...1), crash: randomCrash())
        case ...86: await services.sendDueCallbacks()
        case ...91: await disturbAQueue()
        case ...94: try await editAJob()
        case 95: await replaySomeLetters()
        case ...97: try await poison()
        default: await outage()
        }
        store.isUnavailable = false
    }

    private func randomCrash() -> Crash? {
        random.chance(15) ? Crash.allCases[random.int(0...2)] : nil
    }

    private func freezeSomebody() async {
        var freeze = Freeze(point: Crash.allCases[random.int(0...2)], isDropped: random.chance(70))
        switch random.int(1...12) {
        case 1: await freezeARecorder()
        case 2, 3:
            let line = ReportLine.allCases[random.int(0...3)]
            // No other recorder has this line as long as the connection lasts.
            freeze.isDropped = true
            await pump(.ingesterReports(line), limit: random.int(1...30), frozen: freeze, workBesideAFrozenProcess)
        case 4: await reap(frozen: freeze, workBesideAFrozenProcess)
        case 5:
            freeze.afterPublishes = random.int(0...1)
            await tick(frozen: freeze) {
                await tickSomehow()
                await workBesideAFrozenProcess()
            }
        case ...8:
            let queues = WorkQueue.allCases.filter { $0.rawValue.hasPrefix("dispatcher.") && hasWaiting($0) }
            guard !queues.isEmpty else { return }
            let queue = queues[random.int(0...(queues.count - 1))]
            await pump(queue, limit: random.int(1...6), frozen: freeze, workBesideAFrozenProcess)
        default:
            freeze.afterPublishes = random.int(0...1)
            await deliver(limit: random.int(1...6), frozen: freeze, workBesideAFrozenProcess)
        }
    }

    private func workBesideAFrozenProcess() async {
        for _ in 0..<random.int(1...3) {
            for queue in WorkQueue.allCases where queue.rawValue.hasPrefix("dispatcher.") { await pump(queue) }
            await deliver(limit: random.int(1...6))
            await record()
            if random.chance(30) { await reap(reaper: random.int(0...1)) }
            await advance(milliseconds: Int64(random.int(500...30_000)))
        }
    }

    private func freezeARecorder() async {
        let line = ReportLine.allCases[random.int(0...3)]
        let (limit, seconds) = (random.int(1...30), Int64(random.int(1...90)))
        await recordTwice(line, limit: limit) {
            for _ in 0..<3 {
                await advance(seconds: seconds / 3)
                await reap()
                await record(limit: 1_000)
            }
        }
    }

    private func deliverSomehow() async {
        let lasts = Int64(random.chance(50) ? 10_000 : random.int(0...3_000))
        let isBulk = hasWaiting(.courierBulk) && random.chance(50)
        await deliver(
            from: isBulk ? .courierBulk : .courierDeliveries, limit: random.int(1...6), crash: randomCrash(),
            afterPublishes: random.int(0...2), lastsMilliseconds: lasts, isCutOff: random.chance(10))
    }

    private func tickSomehow() async {
        let index = random.chance(80) ? 0 : 1
        switch random.int(1...100) {
        case ...12: await tick(ticker: index, crash: randomCrash() ?? .afterPublish, afterPublishes: random.int(0...1))
        case ...16: broker.rearrange(WorkQueue.tickerBaton.rawValue) { $0 = [] }
        case ...20: tickers[index] = newTicker()
        default: await tick(ticker: index)
        }
    }

    private func outage() async {
        switch random.int(1...3) {
        case 1:
            // No stage works for a time.
            await advance(milliseconds: Int64(random.int(30_000...200_000)), withoutCallbacks: random.chance(30))
        case 2:
            // The recorder is down. The reaper does not see the callbacks that wait in its lines, and reports their
            // runs as expired.
            for _ in 0..<14 {
                await advance(seconds: 5)
                await reap()
                if random.chance(10) { break }
            }
            await record(limit: 1_000)
        default:
            // The broker is unavailable while the stages work.
            broker.setAvailable(false)
            await pump(.dispatcherDue)
            await deliver(limit: 3)
            await record()
            await reap()
            if random.chance(40) { await tick() }
            await advance(milliseconds: Int64(random.int(1_000...90_000)))
            broker.setAvailable(true)
        }
    }

    private func disturbAQueue() async {
        let queues = WorkQueue.allCases.filter { $0 != .tickerBaton }
        let queue = queues[random.int(0...(queues.count - 1))]
        // A line of reports has one consumer, so it keeps its order.
        if queue.reportLine != nil {
            for message in broker.waiting(in: queue.rawValue) where random.chance(40) {
                try? await broker.publish([
                    OutboundMessage(
                        routingKey: message.routingKey, headers: message.headers.filter { !$0.key.hasPrefix("x-") },
                        id: message.id, body: message.body)
                ])
            }
            return
        }
        var random = random
        var purged: [InboundMessage] = []
        broker.rearrange(queue.rawValue) { messages in
            switch random.int(1...100) {
            case ...40: messages.shuffle(using: &random)
            case ...80:
                let duplicates = messages.filter { _ in random.chance(50) }
                for var message in duplicates {
                    message.tag = MessageTag(epoch: 1, number: random.next() >> 1)
                    messages.insert(message, at: random.int(0...messages.count))
                }
            default:
                guard queue == .courierDeliveries || queue == .dispatcherRedeliveries else { return }
                // Marks behind a purge pass, which shows that the deliveries are lost.
                purged = messages.filter { ledger.poison[$0.id ?? ""] == nil }
                messages.removeAll { ledger.poison[$0.id ?? ""] == nil }
            }
        }
        self.random = random
        notePurged(purged)
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
        case ...66: try await change(index) { $0.job.isEnabled.toggle() }
        case ...78: try await pauseSomething(index)
        case ...88:
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
        switch random.int(1...8) {
        case 8: (queue, message.routingKey) = (.dispatcherRedeliveries, RoutingKey.redeliveryRequested)
        case 7: (queue, message.routingKey) = (.dispatcherDeliveries, RoutingKey.deliveryDue)
        case 1: (queue, message.routingKey) = (.dispatcherDue, RoutingKey.scheduleDue)
        case 2: (queue, message.routingKey) = (.courierDeliveries, RoutingKey.deliveryRequested)
        case 3:
            (queue, message.routingKey) = (
                .ingesterReports2, RoutingKey.report(.deliveryAccepted, ReportLine.allCases[2])
            )
        case 4:
            (queue, message.routingKey, reason) = (.dispatcherRuns, RoutingKey.runRequested, .failing)
            message.body = try MessageCoder.encode(
                RunRequested(
                    executionID: ExecutionID(namespace: JobName(service: service, job: "no").id.uuid, name: id),
                    jobName: JobName(service: service, job: "no"), requestedAt: now))
        case 5: (queue, message.exchange, reason) = (.ingesterCallbacks, .callbacks, .forbidden)
        default:
            (queue, message.exchange, reason) = (.ingesterCallbacks, .callbacks, .forbidden)
            let foreignKeys = try SigningKeys(parsing: "k1://///////////////////////////////////////w==")
            let unknownJob = JobName(service: service, job: "no").id.uuid
            let execution = store.open.last ?? ExecutionID(namespace: unknownJob, name: id)
            message.headers[Header.token] =
                CallbackToken(executionID: execution, expiresAt: now.adding(seconds: 600)).signed(with: foreignKeys)
            message.body = Array(#"{"status": "success"}"#.utf8)
        }
        guard (try? await broker.publish([message])) != nil else { return }
        ledger.poison[id] = Ledger.Poison(queue: queue, reason: reason)
    }
}
