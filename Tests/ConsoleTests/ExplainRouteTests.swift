import HTTPTypes
import JSON
import Testing

@Suite struct `A schedule explained by the admin API` {
    private let api = ConsoleAPI()

    @Test func `has a sentence and its next occurrences`() async throws {
        let answer = try await api.send(
            .get, "/schedules:explain?expression=cron(0+8+?+*+MON-FRI+*)&time_zone=Europe/Madrid&n=2", key: .other)
        #expect(answer.status == 200)
        #expect(
            try answer.body
                == .object([
                    "expression": .string("cron(0 8 ? * MON-FRI *)"),
                    "sentence": .string("At 08:00 every Monday through Friday (Europe/Madrid)"),
                    "occurrences": .array([
                        .string("2030-03-18T08:00:00+01:00"), .string("2030-03-19T08:00:00+01:00"),
                    ]),
                ]))
    }

    @Test func `says that it never occurs, or never again`() async throws {
        let never = try await api.send(.get, "/schedules:explain?expression=cron(0%208%2030%20FEB%20?%20*)")
        #expect(try never.body["sentence"]?.string?.hasSuffix(". It never occurs.") == true)
        let over = try await api.send(.get, "/schedules:explain?expression=at(2020-01-01T00:00:00)")
        #expect(try over.body["sentence"]?.string?.contains("It never occurs after 2030-03-17T17:46:40Z") == true)
        let past = try await api.send(
            .get, "/schedules:explain?expression=at(2020-01-01T00:00:00)&from=2019-12-31T00:00:00+01:00")
        #expect(try past.body["occurrences"] == .array([.string("2020-01-01T00:00:00Z")]))
    }

    @Test(arguments: [
        ("", ["/expression"]), ("expression=rate(1+days)", ["/expression"]),
        ("expression=rate(1+day)&time_zone=Mars/Base", ["/time_zone"]), ("expression=rate(1+day)&dst=x", ["/dst"]),
        ("expression=rate(1+day)&n=101", ["/n"]), ("expression=rate(1+day)&nn=1", ["/nn"]),
        ("expression=x&n=0&from=now&y=1", ["/from", "/n", "/expression", "/y"]),
    ])
    func `is refused with all mistakes at once`(query: String, fields: [String]) async throws {
        let answer = try await api.send(.get, "/schedules:explain?\(query)")
        #expect(answer.status == 422)
        #expect(try answer.body["errors"]?.array.map { $0["field"]?.string } == fields)
    }
}
