import JSON
import JobCore

/// Checks the jobs of all files as the API will check them, and that none is there twice.
struct JobCollector {
    private static let hint = "Give one job with service_name and job_name, or a list of such jobs."

    private(set) var jobs: [FileJob] = []
    private(set) var faults: [FileFault] = []
    private var places: [JobName: FilePlace] = [:]
    private var isFull = false

    /// Notes mistakes that were found elsewhere.
    mutating func add(_ found: [FileFault]) {
        faults += found
    }

    /// Takes one job, and notes every mistake in it.
    mutating func add(_ entry: JobEntry) {
        let place = entry.place("")
        guard case .object(var fields) = entry.value else {
            let shape = FileFault(place, "this is \(entry.value.kind), not a job. \(Self.hint)")
            faults += entry.faults.isEmpty ? [shape] : entry.faults.map(\.fault)
            return
        }
        guard fields["service_name"] != nil || fields["job_name"] != nil else {
            faults += entry.faults.map(\.fault)
            return faults.append(
                FileFault(place, "this is not a job: it has no service_name and no job_name. \(Self.hint)"))
        }
        guard places.count < JobFiles.jobsMax else {
            if !isFull {
                faults.append(FileFault(place, "there are more than \(JobFiles.jobsMax) jobs: apply them in parts"))
            }
            isFull = true
            return
        }
        var errors: [FieldError] = []
        let service = Self.takeName("service_name", from: &fields, &errors)
        let job = Self.takeName("job_name", from: &fields, &errors)
        // A job without a name is checked under another one, so that all its mistakes are found.
        let name = JobName(service: service ?? "unnamed", job: job ?? "unnamed")
        let document = JSONValue.object(fields)
        let read = Self.read(document, name: name)
        errors += read.errors
        let label = service != nil && job != nil ? "\(name): " : ""
        let found = errors.filter { error in !entry.faults.contains { Self.concern($0.pointer, error.field) } }
            .map { FileFault(entry.place($0.field), "\(label)\($0.line)") }
        faults += entry.faults.map(\.fault) + found
        guard service != nil, job != nil else { return }
        if let first = places[name] {
            return faults.append(FileFault(place, "\(name) is already at \(first): keep one of them"))
        }
        places[name] = place
        // Without a job there are mistakes, and then no job can be relied on.
        guard let job = read.job else { return }
        jobs.append(FileJob(name: name, document: document, job: job, bytes: read.bytes, place: place))
    }

    /// Removes the name of a service or a job from the fields. Nil, with an error, if it is missing or no text.
    private static func takeName(
        _ field: String, from fields: inout [String: JSONValue], _ errors: inout [FieldError]
    ) -> String? {
        switch fields.removeValue(forKey: field) {
        case .string(let name): return name
        case nil, .null:
            errors.append(FieldError(field: "/\(field)", code: .missing, message: "is missing", hint: "Give a name."))
        case let other?:
            errors.append(
                FieldError(
                    field: "/\(field)", code: .wrongType, message: "is \(other.kind)",
                    hint: "Give a string; in YAML write it in quotes."))
        }
        return nil
    }

    /// Whether one of two JSON pointers leads to a part of what the other leads to.
    private static func concern(_ one: String, _ other: String) -> Bool {
        one == other || one.hasPrefix("\(other)/") || other.hasPrefix("\(one)/")
    }

    /// The job that the API would read, or the mistakes that it would find: the same reader with the same limits reads
    /// the same bytes.
    private static func read(
        _ document: JSONValue, name: JobName
    ) -> (job: Job?, bytes: Int, errors: [FieldError]) {
        let bytes = Array(document.text.utf8)
        guard bytes.count <= JobDocument.bytesMax else {
            let error = FieldError(
                field: "", code: .tooLong, message: "the job has \(bytes.count) bytes as JSON",
                hint: "Give at most \(JobDocument.bytesMax).")
            return (nil, bytes.count, [error])
        }
        do {
            let job = try JobDocument.parse(try JSONValue.parse(bytes, limits: JobDocument.limits), name: name)
            return (job, bytes.count, [])
        } catch {
            return (nil, bytes.count, error.errors)
        }
    }
}
