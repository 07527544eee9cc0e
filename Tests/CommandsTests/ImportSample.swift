import Commands
import JSON
import JobCore
import TestServers
import Testing

/// Imports texts in tests. Whatever is imported, `jobs apply` must read it back as it is.
struct ImportSample {
    static let now = Instant(secondsSinceEpoch: 1_795_737_600)  // 2026-11-27T00:00:00Z

    let jobs: [JSONValue]
    /// The notes as the command shows them, without the folder.
    let notes: [String]
    let isComplete: Bool

    /// Imports one text, or several in the order of their names.
    init(
        _ text: String, from source: ImportSource, options: ImportOptions = .sample, more: [String: String] = [:]
    ) throws {
        try self.init(
            bytes: more.mapValues { Array($0.utf8) }.merging(["a": Array(text.utf8)]) { $1 }, from: source,
            options: options)
    }

    init(
        bytes: [String: [UInt8]], from source: ImportSource, options: ImportOptions = .sample, isReadBack: Bool = true
    ) throws {
        let files = try TemporaryFiles()
        for (name, content) in bytes { try files.write(content, to: name) }
        let found = try JobImport(
            of: JobFiles(reading: bytes.keys.sorted().map { "\(files.path)/\($0)" }), from: source, options: options,
            now: Self.now)
        (jobs, isComplete) = (found.jobs, found.isComplete)
        notes = found.notes.map { $0.description.replacing("\(files.path)/", with: "") }
        if isReadBack { try Self.checkThatApplyReads(found.jobs) }
    }

    private static func checkThatApplyReads(_ jobs: [JSONValue]) throws {
        guard !jobs.isEmpty else { return }
        let file = try TemporaryFiles(["jobs.yaml": JobFileWriter.yaml(jobs)])
        let read = SampleJobs.read(file, "jobs.yaml")
        #expect(read.faults.isEmpty && read.jobs.count == jobs.count, "\(read.faults)")
        for (job, wanted) in zip(read.jobs, jobs) {
            guard case .object(var fields) = job.document else { continue }
            fields["service_name"] = .string(job.name.service)
            fields["job_name"] = .string(job.name.job)
            #expect(JSONValue.object(fields) == wanted)
        }
    }

    /// The only job; a failed test if there are none or several.
    func job() throws -> JSONValue {
        try #require(jobs.count == 1, "\(jobs.count) jobs, \(notes)")
        return jobs[0]
    }

    /// A field of all jobs, as text.
    func texts(_ field: String) -> [String] {
        jobs.map { job in
            switch job[field] {
            case .string(let text): text
            case let value?: value.text
            case nil: "-"
            }
        }
    }

    /// `service/job` of all jobs.
    var names: [String] { zip(texts("service_name"), texts("job_name")).map { "\($0)/\($1)" } }
}

extension ImportOptions {
    /// With everything that a source may lack.
    static var sample: ImportOptions {
        ImportOptions(
            service: "ops", target: try? TargetTemplate("https://cron.example.com/{service}/{job}"), ttlSeconds: 600,
            timeZone: "UTC")
    }
}
