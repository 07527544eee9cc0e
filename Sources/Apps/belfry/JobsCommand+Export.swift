import ArgumentParser
import Commands
import Foundation
import JSON

extension JobsCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes jobs as files that `belfry jobs apply` reads.",
            discussion: """
                What is only shown, and what is the default anyway, is left out. Values of headers that the key may \
                not see are written as ***, and `belfry jobs apply` keeps those on record.
                """)
        @OptionGroup var api: APIOptions
        @Option(help: "Export only the jobs of this service.", transform: Arguments.serviceName) var service: String?
        @Option(help: "Export only the jobs of this owner.", transform: Arguments.owner) var owner: String?
        @Option(help: "Export only the jobs with this tag.", transform: Arguments.notEmpty) var tag: String?
        @Option(
            name: .shortAndLong,
            help: """
                A file for all jobs; or a folder, which exists or whose name ends with a slash, for one file a job in \
                a folder a service. Without it the jobs go to standard output.
                """,
            completion: .file(), transform: Arguments.notEmpty)
        var output: String?
        @Flag(help: "Write one JSON list to standard output.") var json = false

        func validate() throws {
            guard output == nil || !json else { throw ValidationError("--json writes to standard output only") }
        }

        func run() async throws {
            let filter = [("owner", owner), ("tag", tag)]
                .compactMap { name, value in value.map { (name: name, value: $0) } }
            let jobs = try await JobList.pages(try api.client(), service: service, filter: filter)
                .compactMap(ShownJob.init)
            try write(jobs)
            let hidden = jobs.filter(JobExport.hidesHeaders).map { "\($0.name)" }
            if !hidden.isEmpty {
                Output.note(
                    "The key may not see the values of headers; they are *** in: \(hidden.joined(separator: ", ")).")
            }
            if jobs.count > JobFiles.jobsMax {
                Output.note("These are \(jobs.count) jobs; `belfry jobs apply` takes \(JobFiles.jobsMax) at once.")
            }
        }

        private func write(_ jobs: [ShownJob]) throws {
            if json { return Output.line(JSONValue.array(jobs.map(JobExport.document)).text) }
            guard let output else { return Output.lines(Self.text(jobs)) }
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
            guard output.hasSuffix("/") || exists && isFolder.boolValue else {
                try Self.write(jobs, to: output)
                return Output.note(Self.outcome(jobs.count))
            }
            for job in jobs {
                let path = URL(filePath: output, directoryHint: .isDirectory).appending(
                    path: JobExport.path(of: job.name))
                let folder = path.deletingLastPathComponent().path
                do {
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                } catch {
                    throw Refused("\(folder) can't be made: check its permissions")
                }
                try Self.write([job], to: path.path)
            }
            Output.note(Self.outcome(jobs.count))
        }

        private static func outcome(_ count: Int) -> String { "exported \(count) \(count == 1 ? "job" : "jobs")" }

        private static func write(_ jobs: [ShownJob], to path: String) throws {
            let file = try NewFile(path)
            try file.write(line: text(jobs))
            try file.finish()
        }

        /// Without the end of the last line.
        private static func text(_ jobs: [ShownJob]) -> String {
            String(JobFileWriter.yaml(jobs.map(JobExport.document)).dropLast())
        }
    }
}
