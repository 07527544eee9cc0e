import JobCore
import Store
import Testing

extension StoreConformance {
    static let jobScenarios: [StoreScenario] = [
        StoreScenario("a job is read as it was put") { store async throws in
            let job = sampleJob()
            let put = try await store.put([job], now: start)
            let stored = StoredJob(job: job, effectiveAfter: start, createdAt: start, updatedAt: start)
            #expect(put == [PutJob(before: nil, stored: stored, isNew: true)])
            #expect(try await store.job(named: job.name) == stored)
            #expect(try await store.job(named: JobName(service: "billing", job: "other")) == nil)
        },
        StoreScenario(
            "a job that is put again is replaced, and only another schedule or the end of a pause moves effectiveAfter"
        ) {
            store async throws in
            var job = sampleJob()
            var expected = StoredJob(job: job, effectiveAfter: start, createdAt: start, updatedAt: start)
            _ = try await store.put([job], now: start)
            var later = start
            let edits: [(movesStart: Bool, edit: @Sendable (inout Job) -> Void)] = [
                (false, { $0.ttlSeconds = 60 }),
                (false, { $0.isEnabled = false }),
                (true, { $0.isEnabled = true }),
                (true, { $0.schedule = ScheduleKey("rate(2 minutes)") }),
                (true, { $0.schedule = ScheduleKey("rate(2 minutes)", timeZone: "Europe/Berlin") }),
            ]
            for (movesStart, edit) in edits {
                edit(&job)
                later = later.adding(seconds: 10)
                let before = expected
                expected.job = job
                expected.updatedAt = later
                if movesStart { expected.effectiveAfter = later }
                let now = later
                let put = try await store.put([job], now: now)
                #expect(put == [PutJob(before: before, stored: expected, isNew: false)])
                #expect(try await store.job(named: job.name) == expected)
            }
        },
        StoreScenario("a deleted job is gone, and is a new job when it is put again") { store async throws in
            let job = sampleJob()
            _ = try await store.put([job], now: start)
            #expect(try await store.deleteJob(named: job.name, now: start))
            #expect(try await !store.deleteJob(named: job.name, now: start))
            #expect(try await store.job(named: job.name) == nil)
            #expect(try await store.jobs(service: nil, after: nil, limit: 10).jobs.isEmpty)
            #expect(try await store.jobs(with: everyMinute, in: .all, limit: 9, bytesMax: 9_999).jobs.isEmpty)
            let later = start.adding(seconds: 60)
            let stored = StoredJob(job: job, effectiveAfter: later, createdAt: later, updatedAt: later)
            #expect(try await store.put([job], now: later) == [PutJob(before: nil, stored: stored, isNew: true)])
            #expect(try await store.job(named: job.name) == stored)
        },
        StoreScenario("a job that is put as it is stays as it is, with its version and when it was changed") {
            store async throws in
            let first = try #require(try await store.put([sampleJob()], now: start).first?.stored)
            let revision = try await store.jobsRevision()
            let later = start.adding(seconds: 60)
            let again = try await store.put([sampleJob()], now: later)
            #expect(again == [PutJob(before: first, stored: first, isNew: false)])
            #expect(try await store.job(named: first.job.name)?.etag == first.etag)
            #expect(try await store.jobsRevision() == revision, "the ticker need not read its schedules again")
        },
        StoreScenario("a deleted job keeps its executions") { store async throws in
            let job = sampleJob()
            _ = try await store.put([job], now: start)
            let execution = sampleExecution(of: job)
            try await store.create(execution)
            #expect(try await store.deleteJob(named: job.name, now: start))
            let page = try await store.executions(ExecutionQuery(service: "billing", job: "invoices"))
            #expect(page.executions == [execution])
        },
        StoreScenario("a job that is put twice in one call is the second one") { store async throws in
            var second = sampleJob()
            second.ttlSeconds = 7
            let put = try await store.put([sampleJob(), second], now: start)
            #expect(put.map(\.isNew) == [true, false])
            #expect(try await store.job(named: second.name)?.job == second)
            #expect(try await store.put([], now: start).isEmpty)
        },
        StoreScenario("jobs are listed by service and name, page by page, of one service or of all") {
            store async throws in
            let names = [("b", "2"), ("a", "9"), ("b", "10"), ("a", "Z"), ("c", "1")]
            _ = try await store.put(names.map { sampleJob($0.1, service: $0.0) }, now: start)
            var seen: [String] = []
            var after: JobName?
            while true {
                let page = try await store.jobs(service: nil, after: after, limit: 2)
                seen += page.jobs.map(\.job.name.description)
                guard let more = page.more else { break }
                after = more
            }
            #expect(seen == ["a/9", "a/Z", "b/10", "b/2", "c/1"])
            let onlyB = try await store.jobs(service: "b", after: JobName(service: "b", job: "10"), limit: 9)
            #expect(onlyB.jobs.map(\.job.name.description) == ["b/2"] && onlyB.more == nil)
        },
        StoreScenario("a page of jobs ends early when one more would exceed the bytes of a page") {
            store async throws in
            var names: [String] = []
            for name in (10..<30).map(String.init) {
                var job = sampleJob(name)
                job.payload = String(repeating: "x", count: Limits.payloadBytesMax)
                _ = try await store.put([job], now: start)
                names.append(name)
            }
            let first = try await store.jobs(service: nil, after: nil, limit: 1_000)
            #expect(first.jobs.map(\.job.name.job) == Array(names.prefix(7)))
            let last = first.jobs.last?.job.name
            #expect(first.more == last)
            let second = try await store.jobs(service: nil, after: last, limit: 1_000)
            #expect(second.jobs.map(\.job.name.job) == Array(names.dropFirst(7).prefix(7)) && second.more != nil)
        },
    ]

    static let keyScenarios: [StoreScenario] = [
        StoreScenario("an API key is found by its secret's hash until it is removed") { store async throws in
            let keys = [
                APIKey(name: "ci", scope: .service("billing"), createdAt: start, createdBy: "ops"),
                APIKey(name: "ops", scope: .admin, createdAt: start.adding(milliseconds: 1), createdBy: "ops"),
                APIKey(name: "screen", scope: .read, createdAt: start, createdBy: "ops"),
            ]
            let author = ChangeAuthor(name: "ops")
            for (index, key) in keys.enumerated() {
                #expect(try await store.add(key, secretHash: [UInt8](repeating: UInt8(index), count: 32), by: author))
            }
            #expect(try await store.apiKeys() == keys)
            #expect(try await store.apiKey(secretHash: [UInt8](repeating: 1, count: 32)) == keys[1])
            #expect(try await store.apiKey(secretHash: [UInt8](repeating: 9, count: 32)) == nil)
            #expect(try await store.apiKey(secretHash: []) == nil)
            for expected in [KeyRemoval.removed, .unknown] {
                let removal = try await store.removeAPIKey(
                    named: "ops", keepingAdmin: false, by: author, now: start)
                #expect(removal == expected)
            }
            #expect(try await store.apiKey(secretHash: [UInt8](repeating: 1, count: 32)) == nil)
        },
        StoreScenario("a second API key of the same name is refused, and the first one stays") { store async throws in
            let first = APIKey(name: "ops", scope: .read, createdAt: start)
            #expect(try await store.add(first, secretHash: [1]))
            #expect(try await !store.add(APIKey(name: "ops", scope: .admin, createdAt: start), secretHash: [2]))
            #expect(try await store.apiKey(secretHash: [1])?.scope == first.scope)
            #expect(try await store.apiKey(secretHash: [2]) == nil)
        },
        StoreScenario("the last admin's key stays if it should, and other keys don't matter") { store async throws in
            let author = ChangeAuthor(name: "a")
            func remove(_ name: String, keepingAdmin: Bool = true) async throws -> KeyRemoval {
                try await store.removeAPIKey(named: name, keepingAdmin: keepingAdmin, by: author, now: start)
            }
            let scopes: [(String, APIKey.Scope)] = [("a", .admin), ("b", .admin), ("c", .read)]
            for (index, (name, scope)) in scopes.enumerated() {
                let key = APIKey(name: name, scope: scope, createdAt: start)
                #expect(try await store.add(key, secretHash: [UInt8(index)], by: author))
            }
            #expect(try await remove("a") == .removed)
            #expect(try await remove("b") == .lastAdmin)
            #expect(try await remove("c") == .removed)
            #expect(try await store.apiKeys().map(\.name) == ["b"])
            #expect(try await remove("b", keepingAdmin: false) == .removed)
        },
        StoreScenario("the latest use of a key is kept, and none from before it was created") { store async throws in
            #expect(try await store.add(APIKey(name: "ci", scope: .read, createdAt: start), secretHash: [1]))
            for (seconds, expected) in [(-1, nil), (9, 9), (5, 9), (12, 12)] as [(Int64, Int64?)] {
                try await store.noteUse(of: ["ci": start.adding(seconds: seconds), "gone": start])
                let key = try #require(try await store.apiKeys().first)
                #expect(key.lastUsedAt == expected.map { start.adding(seconds: $0) })
                #expect(try await store.apiKey(secretHash: [1]) == key)
            }
            #expect(try await store.apiKeys().count == 1)
            #expect(try await store.audit(AuditQuery()).entries.map(\.action) == [.keyCreated])
        },
    ]
}
