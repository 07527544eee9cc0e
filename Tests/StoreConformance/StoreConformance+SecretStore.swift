import JobCore
import Store
import Testing

extension SecretStore {
    /// The secrets of a service after a rotation that must succeed.
    @discardableResult
    func rotate(
        _ service: String, _ sealed: String, overlap: Int64, atSecond seconds: Int64 = 0
    ) async throws -> [StoredSecret] {
        let rotation = try await rotateSecret(
            of: service, to: sealed, overlapSeconds: overlap, now: start.adding(seconds: seconds))
        guard case .rotated(let secrets) = rotation else {
            Issue.record("\(service) has too many secrets")
            return []
        }
        return secrets
    }
}

extension DispatchStore {
    func valid(_ service: String, atSecond seconds: Int64) async throws -> ServiceSecrets? {
        try await validSecrets(of: [service], at: start.adding(seconds: seconds))[service]
    }
}

extension StoreConformance {
    static let secretScenarios: [StoreScenario] = [
        StoreScenario("the first secret of a service is current, and the derived one is valid during the overlap") {
            store async throws in
            #expect(try await store.valid("billing", atSecond: 0) == nil)
            let secrets = try await store.rotate("billing", "new", overlap: 60)
            #expect(secrets.map(\.content) == [.sealed("new"), .derived])
            #expect(secrets.map(\.expiresAt) == [nil, start.adding(seconds: 60)])
            #expect(secrets.map(\.createdAt) == [start, start] && secrets[0].number > secrets[1].number)
            let both = ServiceSecrets(sealed: ["new"], isDerivedValid: true)
            #expect(try await store.valid("billing", atSecond: 59) == both)
            let own = ServiceSecrets(sealed: ["new"], isDerivedValid: false)
            #expect(try await store.valid("billing", atSecond: 60) == own)
            #expect(try await store.valid("mail", atSecond: 0) == nil, "no other service is concerned")
        },
        StoreScenario("an older secret ends with the overlap, and no later than it would have ended anyway") {
            store async throws in
            try await store.rotate("billing", "a", overlap: 0)
            try await store.rotate("billing", "b", overlap: 60)
            let secrets = try await store.rotate("billing", "c", overlap: 600, atSecond: 10)
            #expect(secrets.map(\.content) == [.sealed("c"), .sealed("b"), .sealed("a")])
            #expect(
                secrets.map(\.expiresAt) == [nil, start.adding(seconds: 610), start.adding(seconds: 60)])
            #expect(try await store.secrets(of: "billing") == secrets)
            #expect(try await store.valid("billing", atSecond: 59)?.sealed == ["c", "b", "a"])
            #expect(try await store.valid("billing", atSecond: 60)?.sealed == ["c", "b"])
            #expect(try await store.valid("billing", atSecond: 610)?.sealed == ["c"])
            let shorter = try await store.rotate("billing", "d", overlap: 5, atSecond: 20)
            #expect(shorter.dropFirst().allSatisfy { $0.expiresAt == start.adding(seconds: 25) })
        },
        StoreScenario("a rotation without an overlap leaves only the new secret, also the first one") {
            store async throws in
            let first = try await store.rotate("billing", "a", overlap: 0)
            #expect(first.map(\.content) == [.sealed("a")])
            let second = try await store.rotate("billing", "b", overlap: 0)
            #expect(second.map(\.content) == [.sealed("b")])
            #expect(
                try await store.valid("billing", atSecond: 0) == ServiceSecrets(sealed: ["b"], isDerivedValid: false))
        },
        StoreScenario("a rotation removes the secrets of its service that have expired, and no other's") {
            store async throws in
            for service in ["billing", "mail"] { try await store.rotate(service, "a", overlap: 10) }
            try await store.rotate("billing", "b", overlap: 10, atSecond: 10)
            #expect(try await store.secrets(of: "billing").map(\.content) == [.sealed("b"), .sealed("a")])
            let all = try await store.secrets(of: nil)
            #expect(all.map(\.service) == ["billing", "billing", "mail", "mail"])
            #expect(all.map(\.sealed) == ["b", "a", "a", nil])
        },
        StoreScenario("a service has no more secrets than a message takes") { store async throws in
            for number in 0..<ServiceSecrets.sealedMax {
                try await store.rotate("billing", "\(number)", overlap: 100, atSecond: Int64(number))
            }
            let full = try await store.secrets(of: "billing")
            #expect(full.compactMap(\.sealed).count == ServiceSecrets.sealedMax)
            let refused = try await store.rotateSecret(
                of: "billing", to: "x", overlapSeconds: 100, now: start.adding(seconds: 50))
            #expect(refused == .tooMany(until: start.adding(seconds: 101)))
            #expect(try await store.secrets(of: "billing") == full, "nothing was changed")
            try await store.rotate("mail", "x", overlap: 100, atSecond: 50)
            try await store.rotate("billing", "x", overlap: 100, atSecond: 101)
            #expect(try await store.rotate("billing", "y", overlap: 0, atSecond: 102).map(\.sealed) == ["y"])
        },
        StoreScenario("the valid secrets of many services are found together") { store async throws in
            let names = (0..<1_500).map { "service-\($0)" } + ["it's", "ä\"\\"]
            try await store.rotate("service-7", "seven", overlap: 60)
            try await store.rotate("ä\"\\", "quoted", overlap: 0)
            let found = try await store.validSecrets(of: Set(names), at: start)
            #expect(
                found == [
                    "service-7": ServiceSecrets(sealed: ["seven"], isDerivedValid: true),
                    "ä\"\\": ServiceSecrets(sealed: ["quoted"], isDerivedValid: false),
                ])
            #expect(try await store.validSecrets(of: [], at: start).isEmpty)
        },
        StoreScenario("a secret that is sealed anew keeps its place and its expiry, unless it changed meanwhile") {
            store async throws in
            try await store.rotate("billing", "a", overlap: 60)
            let before = try await store.rotate("billing", "b", overlap: 60, atSecond: 1)
            let changes = [
                SecretReseal(number: before[0].number, old: "b", new: "B"),
                SecretReseal(number: before[1].number, old: "other", new: "A"),
                SecretReseal(number: before[2].number, old: "", new: "D"),
            ]
            let count = try await store.reseal(changes, by: ChangeAuthor(name: "test"), now: start)
            #expect(count == 1)
            var expected = before
            expected[0].content = .sealed("B")
            #expect(try await store.secrets(of: "billing") == expected)
        },
    ]
}
