import Foundation
import JSON
import JobCore
import Signing
import TestServers
import Testing

@Suite struct `The command secrets` {
    private let files: TemporaryFiles

    init() throws {
        files = try TemporaryFiles()
    }

    private static func key(_ name: String) -> String {
        "\(name):" + Data(String(repeating: name, count: 32).utf8.prefix(32)).base64EncodedString()
    }

    private func belfry(_ arguments: [String], keys: String = key("main")) async throws -> Finished {
        try await Program.run(
            "\(Project.bin)/belfry", arguments,
            environment: [
                "BELFRY_STORE_URL": "sqlite:\(files.path)/belfry.sqlite", "BELFRY_SIGNING_KEYS": keys,
            ])
    }

    /// The output of a command that must succeed, without the end of its line.
    private func line(_ arguments: String..., keys: String = key("main")) async throws -> String {
        let finished = try await belfry(arguments, keys: keys)
        #expect(finished.status == 0, "\(finished)")
        return finished.output.trimmingCharacters(in: .newlines)
    }

    private func json(_ arguments: String..., keys: String = key("main")) async throws -> [JSONValue] {
        let finished = try await belfry(arguments + ["--json"], keys: keys)
        return try #require(try JSONValue(parsing: Array(finished.output.utf8)).array, "\(finished)")
    }

    @Test func `shows a derived secret until the service has its own, and both during the overlap`() async throws {
        let keys = try SigningKeys(parsing: Self.key("main"))
        let derived = WebhookSecret.derived(service: "billing", keys: keys)[0].text
        #expect(try await line("secrets", "show", "billing") == derived)
        #expect(try await line("keys", "webhook-secret", "billing") == derived)
        #expect(try await json("secrets", "show", "billing").map { $0["expires_at"] } == [.null])
        #expect(try await json("secrets", "list").isEmpty)

        let rotated = try await belfry(["secrets", "rotate", "billing", "--overlap", "1h"])
        let new = rotated.output.trimmingCharacters(in: .newlines)
        #expect(rotated.status == 0 && WebhookSecret(new) != nil && new != derived, "\(rotated)")
        #expect(rotated.errors.contains("older secrets of billing end at"))
        #expect(try await line("secrets", "show", "billing") == new)
        #expect(try await line("keys", "webhook-secret", "billing") == new)
        #expect(try await line("secrets", "show", "mail") != new)
        let shown = try await json("secrets", "show", "billing")
        #expect(shown.map { $0["secret"]?.string } == [new, derived])
        #expect(shown[0]["expires_at"] == .null && shown[0]["kid"]?.string == "main")
        let expiry = try #require(shown[1]["expires_at"]?.string.flatMap { Instant(rfc3339: $0) })
        #expect((3_500_000...3_600_000).contains(expiry.milliseconds(since: SystemTime().now())))
        #expect(shown[1]["derived"] == .bool(true))
    }

    @Test func `lists the secrets of services by key and expiry, and none of the secrets themselves`() async throws {
        let first = try await line("secrets", "rotate", "billing", "--overlap", "0")
        let second = try await line("secrets", "rotate", "billing")
        #expect(first != second)
        let text = try await line("secrets", "list")
        let rows = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(rows.count == 3 && rows[1].prefix(2) == ["billing", "main"] && rows[1].last == "current", "\(text)")
        #expect(rows[2].last != "current")
        #expect(!text.contains("whsec_") && !text.contains("s1."))
        let listed = try await json("secrets", "list")
        #expect(listed.map { $0["service"]?.string } == ["billing", "billing"])
        #expect(listed.map { $0["kid"]?.string } == ["main", "main"])
        let third = try JSONValue(parsing: Array(try await line("secrets", "rotate", "billing", "--json").utf8))
        #expect(third["service"] == .string("billing") && WebhookSecret(third["secret"]?.string ?? "") != nil)
        #expect(third["older_end_at"]?.string.flatMap { Instant(rfc3339: $0) } != nil)
    }

    @Test func `seals all secrets with a new signing key, after which the old key is not needed`() async throws {
        let secret = try await line("secrets", "rotate", "billing")
        let (old, new) = (Self.key("main"), Self.key("new"))
        let missing = try await belfry(["secrets", "show", "billing"], keys: new)
        #expect(missing.status == 1 && missing.output.isEmpty)
        #expect(missing.errors.contains("billing: the service's secret can't be opened: its signing key “main”"))
        #expect(try await belfry(["secrets", "reseal"], keys: new).status == 1)
        #expect(try await line("secrets", "show", "billing", keys: "\(new),\(old)") == secret)
        #expect(try await line("secrets", "reseal", keys: "\(new),\(old)") == "resealed 1")
        #expect(try await line("secrets", "reseal", keys: "\(new),\(old)") == "resealed 0")
        #expect(try await line("secrets", "reseal", "--json", keys: "\(new),\(old)") == #"{"resealed":0}"#)
        #expect(try await line("secrets", "show", "billing", keys: new) == secret)
    }

    @Test func `refuses a secret more than a message takes, and says when there is room`() async throws {
        for _ in 0..<ServiceSecrets.sealedMax { _ = try await line("secrets", "rotate", "billing") }
        let refused = try await belfry(["secrets", "rotate", "billing"])
        #expect(refused.status == 1 && refused.output.isEmpty && refused.errors.contains("--overlap 0"), "\(refused)")
        let only = try await line("secrets", "rotate", "billing", "--overlap", "0")
        #expect(try await json("secrets", "show", "billing").map { $0["secret"]?.string } == [only])
    }

    @Test(arguments: ["-1s", "31d", "1", "", "soon"])
    func `refuses an overlap that can't be right`(overlap: String) async throws {
        let finished = try await belfry(["secrets", "rotate", "billing", "--overlap=\(overlap)"])
        #expect(finished.status == 2 && finished.output.isEmpty, "\(finished)")
    }

    @Test func `needs the signing keys`() async throws {
        for arguments in [["show", "a"], ["rotate", "a"], ["reseal"]] {
            let finished = try await belfry(["secrets"] + arguments, keys: "")
            #expect(finished.status == 2 && finished.errors.contains("BELFRY_SIGNING_KEYS"), "\(finished)")
        }
    }
}
