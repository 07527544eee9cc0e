import ArgumentParser
import Foundation
import JSON
import JobCore

extension JobsCommand {
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pauses a job, the jobs of a service, or the jobs with a tag.",
            discussion: """
                Occurrences within a pause are skipped, and are no missed ones afterwards. Runs that have begun go on. \
                A pause stays when a job is put or applied again.
                """)
        @OptionGroup var api: APIOptions
        @OptionGroup var subject: PauseSubject
        @Option(help: "Why, for people.") var note: String?
        @Option(help: "End the pause at this time, RFC 3339.", transform: Arguments.instant) var until: Instant?
        @Option(
            name: .customLong("for"), help: "End the pause after this time: 90s, 30m, 2h or 7d.",
            transform: Arguments.ageSeconds) var seconds: Int64?
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard until == nil || seconds == nil else { throw ValidationError("give --until or --for, not both") }
        }

        func run() async throws {
            var fields: [String: JSONValue] = [:]
            if let note { fields["note"] = .string(note) }
            let end = until ?? seconds.map { SystemTime().now().adding(seconds: $0) }
            if let end { fields["until"] = .string(end.rfc3339) }
            let answer = try await api.client().done("POST", subject.path + "/pause", body: .object(fields))
            if json { return Output.line(answer.text) }
            let line = PauseLine(answer)
            let jobs = answer["jobs"]?.cell ?? "0"
            Output.line("paused \(line.subject)\(line.end) (\(jobs == "1" ? "1 job" : "\(jobs) jobs"))")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends the pause of a job, of a service or of a tag.",
            discussion: "Of what was due within the pause, nothing runs.")
        @OptionGroup var api: APIOptions
        @OptionGroup var subject: PauseSubject
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let answer = try await api.client().done("POST", subject.path + "/resume")
            Output.line(json ? answer.text : "resumed \(PauseLine(answer).subject)")
        }
    }

    struct Pauses: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists what is paused, by whom and until when.")
        @OptionGroup var api: APIOptions
        @Option(help: "List only the pauses of this service and of its jobs.", transform: Arguments.serviceName)
        var service: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let parameters = service.map { [(name: "service_name", value: $0)] } ?? []
            let pauses = try await ListPages(client: try api.client(), path: "/pauses", parameters: parameters).all()
            if json { return Output.line(JSONValue.array(pauses).text) }
            Output.table(["PAUSED", "UNTIL", "BY", "SINCE", "NOTE"], pauses.map { PauseLine($0).row })
        }
    }
}
