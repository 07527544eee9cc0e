import JobCore
import Store
import Testing

private let ada = ChangeAuthor(name: "ada", requestID: "r-7")

private func entry(
    _ action: AuditAction = .runRequested, second: Int64 = 0, actor: String = "ada", service: String? = "billing",
    job: String? = "invoices", bytes: Int = 2
) -> AuditEntry {
    AuditEntry(
        action, by: ChangeAuthor(name: actor, requestID: "r-\(second)"), at: start.adding(seconds: second),
        service: service, job: job, subject: "s-\(second)", after: "\"\(String(repeating: "x", count: bytes - 2))\"")
}

extension StoreConformance {
    static let auditScenarios: [StoreScenario] = [
        StoreScenario("a put writes an entry with the job before and after, unless it changes nothing") {
            store async throws in
            var job = sampleJob()
            let first = try #require(try await store.put([job], by: ada, now: start).first?.stored)
            _ = try await store.put([job], by: ada, now: start.adding(seconds: 1))
            job.ttlSeconds = 60
            let later = start.adding(seconds: 2)
            let second = try #require(try await store.put([job], by: ada, now: later).first?.stored)
            let expected = [
                AuditEntry(put: second, replacing: first, by: ada), AuditEntry(put: first, replacing: nil, by: ada),
            ]
            #expect(try await store.audit(AuditQuery()).entries == expected.compactMap(\.self))
        },
        StoreScenario("the delete of a job writes an entry with the job before, and that of no job writes none") {
            store async throws in
            let stored = try #require(try await store.put([sampleJob()], by: ada, now: start).first?.stored)
            let later = start.adding(seconds: 9)
            for expected in [true, false] {
                #expect(try await store.deleteJob(named: stored.job.name, by: ada, now: later) == expected)
            }
            let entries = try await store.audit(AuditQuery()).entries
            #expect(entries.map(\.action) == [.jobDeleted, .jobPut])
            #expect(entries.first == AuditEntry(deleted: stored.job.name, stored, by: ada, at: later))
            _ = try await store.put([sampleJob()], by: ada, now: later)
            #expect(try await store.audit(AuditQuery()).entries.first?.before == nil, "it comes back as a new one")
        },
        StoreScenario("a key that is created or revoked has an entry, and one that is refused has none") {
            store async throws in
            let key = APIKey(name: "ops", scope: .admin, createdAt: start)
            for expected in [true, false] {
                #expect(try await store.add(key, secretHash: [1], by: ada) == expected)
            }
            for (name, keepingAdmin) in [("ops", true), ("ops", false), ("gone", false)] {
                _ = try await store.removeAPIKey(named: name, keepingAdmin: keepingAdmin, by: ada, now: start)
            }
            #expect(
                try await store.audit(AuditQuery()).entries == [
                    AuditEntry(revoked: "ops", scope: "admin", by: ada, at: start), AuditEntry(created: key, by: ada),
                ])
        },
        StoreScenario("a rotation and a resealing have entries without secrets, and what changes nothing has none") {
            store async throws in
            for index in 0...ServiceSecrets.sealedMax {
                _ = try await store.rotateSecret(
                    of: "billing", to: "sealed-\(index)", overlapSeconds: 60, by: ada, now: start)
            }
            let secret = try #require(try await store.secrets(of: "billing").first)
            for old in ["other", secret.sealed ?? ""] {
                _ = try await store.reseal(
                    [SecretReseal(number: secret.number, old: old, new: "sealed-new")], by: ada, now: start)
            }
            let entries = try await store.audit(AuditQuery()).entries
            let rotations = Array(repeating: AuditAction.secretRotated, count: ServiceSecrets.sealedMax)
            #expect(entries.map(\.action) == [.secretsResealed] + rotations)
            #expect(entries.allSatisfy { !"\($0)".contains("sealed-") && $0.author == ada })
        },
        StoreScenario("entries are found by each condition, the newest first") { store async throws in
            let entries = [
                entry(), entry(second: 1, actor: "bob"), entry(second: 2, service: "mail"), entry(second: 3, job: "b"),
                entry(.cancelRequested, second: 4), entry(.keyCreated, second: 5, service: nil, job: nil),
            ]
            try await store.record(entries)
            for (query, found) in [
                (AuditQuery(), [5, 4, 3, 2, 1, 0]), (AuditQuery(hidesKeys: true), [4, 3, 2, 1, 0]),
                (AuditQuery(actor: "bob"), [1]), (AuditQuery(action: .cancelRequested), [4]),
                (AuditQuery(action: .keyCreated, hidesKeys: true), []),
                (AuditQuery(service: "billing"), [4, 3, 1, 0]), (AuditQuery(service: "billing", job: "b"), [3]),
                (AuditQuery(since: start.adding(seconds: 2), until: start.adding(seconds: 4)), [3, 2]),
                (AuditQuery(actor: "ada", action: .runRequested, service: "mail"), [2]),
                (AuditQuery(actor: "b"), []),
            ] as [(AuditQuery, [Int])] {
                let page = try await store.audit(query)
                #expect(page.entries == found.map { entries[$0] } && page.more == nil, "\(query)")
            }
        },
        StoreScenario("entries are read page by page, also while others are written") { store async throws in
            let entries = (0..<5).map { entry(second: $0) }
            try await store.record(entries)
            let first = try await store.audit(AuditQuery(limit: 2))
            try await store.record([entry(second: 9)])
            let second = try await store.audit(AuditQuery(limit: 2, more: first.more))
            let third = try await store.audit(AuditQuery(limit: 2, more: second.more))
            #expect(first.entries + second.entries + third.entries == entries.reversed() && third.more == nil)
            #expect(try await store.audit(AuditQuery(limit: 0)).entries.count == 1)
        },
        StoreScenario("a page of entries ends early when one more would exceed the bytes of a page") {
            store async throws in
            let entries = (0..<50).map { entry(second: $0, bytes: 60 * 1_024) }
            try await store.record(entries)
            let first = try await store.audit(AuditQuery())
            #expect(first.entries.count == Limits.pageBytesMax / (60 * 1_024))
            let second = try await store.audit(AuditQuery(more: first.more))
            #expect(first.entries + second.entries == entries.reversed() && second.more == nil)
        },
        StoreScenario("old entries are removed, the earliest first and no more than the limit at once") {
            store async throws in
            #expect(try await store.newestAudit() == nil)
            try await store.record([4, 0, 1, 2, 3].map { entry(second: $0) })
            #expect(try await store.newestAudit() == start.adding(seconds: 4))
            let before = start.adding(seconds: 3)
            for expected in [2, 1, 0] { #expect(try await store.removeAudit(before: before, limit: 2) == expected) }
            #expect(try await store.audit(AuditQuery()).entries.map(\.subject) == ["s-3", "s-4"])
        },
    ]
}
