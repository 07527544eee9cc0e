import ArgumentParser
import Commands
import Foundation
import JSON
import JobCore

extension JobsCommand {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a file of jobs out of a crontab, or out of the jobs of another scheduler.",
            discussion: """
                It prints the jobs as belfry jobs apply takes them, and asks no server. What differs from the original \
                is told on standard error, with its line. What can't be expressed is left out, and then the exit code \
                is 1.
                """)
        @Option(
            name: .customLong("from"),
            help: "What the files are: crontab, eventbridge, kubernetes or serverless-job-manager.",
            completion: .choices(of: ImportSource.self), transform: Arguments.choice) var source: ImportSource
        @Argument(
            help: "Files, folders of YAML and JSON files, or - for standard input, which is the default.",
            completion: .file())
        var files: [String] = []
        @Option(
            help: """
                Where the jobs go whose source names nothing that Belfry can call: a URL, a queue of SQS, \
                exchange/routing_key or queue:NAME. {service} and {job} stand for the names of the job.
                """,
            transform: Arguments.targetTemplate) var target: TargetTemplate?
        @Option(
            help: "The service of jobs whose source names none.", transform: Arguments.serviceName)
        var service: String?
        @Option(
            name: .customLong("ttl"),
            help: "How many seconds a run may take, for jobs whose source doesn't say. Default \(defaultTTL).",
            transform: Arguments.number(1...Int(Limits.ttlSecondsMax))) var ttlSeconds: Int?
        @Option(help: "The time zone of schedules whose source names none, such as Europe/Madrid. Default UTC.")
        var timeZone: String?
        @Flag(help: "The crontab has a user in each line, as /etc/crontab and the files in /etc/cron.d do.")
        var system = false
        @Option(
            name: [.customShort("o"), .long], help: "Write to this file.", completion: .file(),
            transform: Arguments.notEmpty)
        var output: String?
        @Flag(help: "Print JSON: the jobs and the notes.") var json = false

        private static let defaultTTL = ImportOptions.ttlSecondsDefault

        func validate() throws {
            guard files.count(where: { $0 == "-" }) <= 1 else {
                throw ValidationError("- was given twice, but standard input can be read only once")
            }
            guard target != nil || !source.needsTarget else {
                throw ValidationError(
                    "give --target, since Belfry can't run commands: it calls the service that does")
            }
            guard !system || source == .crontab else { throw ValidationError("--system is for a crontab") }
            guard timeZone == nil || source == .crontab || source == .kubernetes else {
                throw ValidationError("--time-zone is for a crontab and for kubernetes: other schedules have theirs")
            }
        }

        func run() throws {
            // Time zones are known once the settings are.
            if let timeZone { _ = try Arguments.timeZone(timeZone) }
            let options = ImportOptions(
                service: service, target: target, ttlSeconds: ttlSeconds.map(Int64.init), timeZone: timeZone,
                hasUserColumn: system)
            let found = try ReadingWatch.run("converting the files", "it was given up") {
                let files = JobFiles(reading: files.isEmpty ? ["-"] : files)
                return try JobImport(of: files, from: source, options: options, now: SystemTime().now())
            }
            try write(json ? found.json.text : String(JobFileWriter.yaml(found.jobs).dropLast()))
            if !json, !found.notes.isEmpty { Output.note(found.notes.map(\.description).joined(separator: "\n")) }
            guard !found.isComplete else { return }
            let count = found.notes.count { $0.level == .leftOut }
            throw Refused(lines: ["\(count) left out; all else was imported"])
        }

        private func write(_ text: String) throws {
            guard let output, output != "-" else { return Output.lines(text) }
            let file = try NewFile(output)
            try file.write(line: text)
            try file.finish()
        }
    }
}
