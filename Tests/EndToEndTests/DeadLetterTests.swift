import Foundation
import JSON
import JobCore
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: what no stage could handle waits for a person, who can look at it, replay it and drop it by the API.
    @Suite struct DeadLetterTests {
        /// Publishes a request to run a job that nobody can read, and returns its letter.
        private static func letter(_ id: String, body: String, in belfry: Installation) async throws -> JSONValue {
            let publisher = try belfry.foreignPublisher("belfry-operator")
            let answer = try publisher.publish(to: "belfry", key: RoutingKey.runRequested, id: id, body: body)
            #expect(answer == .taken)
            return try await listed(id, in: belfry)
        }

        /// Waits until a letter is in the list, after this number of replays.
        private static func listed(
            _ id: String, replays: Int = 0, in belfry: Installation
        ) async throws -> JSONValue {
            try await until("the letter \(id) is in the list") {
                let page = try await belfry.api(
                    "GET", "/dead-letters?queue=dispatcher.runs&reason=unreadable&limit=100")
                return page.body["results"]?.array?.first {
                    $0["message_id"]?.string == id && $0["replays"]?.integer == Int64(replays)
                }
            }
        }

        private static func act(_ action: String, _ fields: [String: JSONValue], in belfry: Installation) async throws
            -> Installation.Answer
        {
            try await belfry.api("POST", "/dead-letters:\(action)", .object(fields))
        }

        @Test func `an operator finds a letter, replays it, sees it come back with its count, and drops it`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let body = "{\"n\": \u{1}"
            let letter = try await Self.letter("dead-letter-1", body: body, in: belfry)
            let id = try #require(letter["id"]?.string)
            #expect(letter["origin"]?["exchange"]?.string == "belfry")
            #expect(letter["origin"]?["routing_key"]?.string == "run.requested")
            #expect(letter["queue"]?.string == "dispatcher.runs" && letter["body"] == nil)
            let shown = try await belfry.api("GET", "/dead-letters/\(id)")
            #expect(shown.status == 200 && shown.body["body"]?.string == body)

            let dry = try await Self.act("replay", ["id": .string(id), "dry_run": .bool(true)], in: belfry)
            #expect(dry.body["matched"]?.integer == 1 && dry.body["done"]?.integer == 1)
            let replayed = try await Self.act("replay", ["id": .string(id)], in: belfry)
            #expect(replayed.status == 200 && replayed.body["done"]?.integer == 1, "\(replayed.body)")
            let again = try await Self.listed("dead-letter-1", replays: 1, in: belfry)
            #expect(again["id"]?.string == id && again["first_dead_at"] == letter["first_dead_at"])

            let dropped = try await Self.act("drop", ["id": .string(id)], in: belfry)
            #expect(dropped.body["done"]?.integer == 1)
            #expect(try await belfry.api("GET", "/dead-letters/\(id)").status == 404)
            #expect(try await Self.act("drop", ["id": .string(id)], in: belfry).body["matched"]?.integer == 0)
            let lines = try belfry.log("consoled.1").split(separator: "\n").filter { $0.contains(id) }
            #expect(lines.filter { $0.contains("dead letters handled") && $0.contains("action=drop") }.count == 2)
        }

        @Test func `an exported letter is published again from the file, and one with a forged origin is not`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let listed = try await Self.letter("dead-letter-2", body: "[", in: belfry)
            let id = try #require(listed["id"]?.string)
            let page = try await belfry.api("GET", "/dead-letters:export?queue=dispatcher.runs&limit=100")
            let letter = try #require(page.body["results"]?.array?.first { $0["id"]?.string == id })
            #expect(letter["body"]?.string == "[")
            #expect(try await Self.act("drop", ["id": .string(id)], in: belfry).body["done"]?.integer == 1)

            guard case .object(var fields) = letter else { throw TestFailure("the letter is no object") }
            fields["origin"] = .object([
                "exchange": .string("belfry"), "routing_key": .string("delivery.requested"),
            ])
            let forged = try await Self.act("replay", ["letter": .object(fields)], in: belfry)
            #expect(forged.status == 200 && forged.body["failed"]?.integer == 1)
            #expect(forged.body["failures"]?.array?.first?["code"]?.string == "forged_origin")
            let published = try await Self.act("replay", ["letter": letter], in: belfry)
            #expect(published.body["done"]?.integer == 1, "\(published.body)")
            let again = try await Self.listed("dead-letter-2", replays: 1, in: belfry)
            #expect(again["id"]?.string == id)
            #expect(try await Self.act("drop", ["id": .string(id)], in: belfry).body["done"]?.integer == 1)
        }
    }
}
