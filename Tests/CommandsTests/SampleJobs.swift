import Commands
import JSON
import JobCore
import Testing

/// Texts of jobs for tests.
enum SampleJobs {
    /// The fields of a job besides its name, as a YAML flow mapping without braces. It is JSON, too.
    static let fields = """
        "async": true, "enabled": true, "exclusive": false, "invocation_type": "http", \
        "invocation_target": "https://example.com/hook", "schedule": "rate(5 minutes)", "ttl_seconds": 60, \
        "heartbeat_interval_seconds": 30
        """

    /// A job in JSON, with more fields.
    static func json(_ job: String, _ more: String = "") -> String {
        #"{"service_name": "billing", "job_name": "\#(job)", \#(fields)\#(more)}"#
    }

    /// A job in YAML, of 10 lines, with more lines behind them.
    static func yaml(_ job: String, _ more: String = "") -> String {
        """
        service_name: billing
        job_name: \(job)
        async: true
        enabled: true
        exclusive: false
        invocation_type: http
        invocation_target: https://example.com/hook
        schedule: rate(5 minutes)
        ttl_seconds: 60
        heartbeat_interval_seconds: 30
        \(more)
        """
    }

    /// A job as the reader of files returns it.
    static func fileJob(_ job: String, _ more: String = "") throws -> FileJob {
        let files = try TemporaryFiles(["a.json": json(job, more)])
        return try #require(try JobFiles(reading: ["\(files.path)/a.json"]).jobs().first)
    }

    /// A job as the API shows it, with the fields of `fields` unless others are given.
    static func shown(_ job: String, _ more: [String: JSONValue]) -> ShownJob {
        guard case .object(let all)? = try? JSONValue(parsing: Array(json(job).utf8)),
            let shown = ShownJob(.object(all.merging(more) { $1 }))
        else { preconditionFailure("the sample is a job") }
        return shown
    }

    /// Reads files as `jobs apply` does, and returns the jobs' names or the mistakes, without the folder.
    static func read(_ files: TemporaryFiles, _ names: String...) -> (jobs: [FileJob], faults: [String]) {
        do {
            let paths = names.map { $0.isEmpty ? files.path : "\(files.path)/\($0)" }
            return (try JobFiles(reading: paths).jobs(), [])
        } catch {
            return ([], error.lines.map { $0.replacing("\(files.path)/", with: "") })
        }
    }
}
