import JSON
import JobCore

/// Settles the names and the targets of imported jobs, and keeps those that `belfry jobs apply` takes.
struct ImportCollector {
    /// As many jobs as the reader of `jobs apply` takes, in as many bytes.
    private static let bytesMax = InputFile.bytesMax
    private static let notesMax = 20_000

    private(set) var jobs: [JSONValue] = []
    private(set) var notes: [ImportNote] = []
    private let options: ImportOptions
    private let now: Instant
    private var names: Set<JobName> = []
    private var lastNumbers: [JobName: Int] = [:]
    private var bytes = 0
    /// The notes that are told once for a file.
    private var told: Set<String> = []

    /// Whether anything more can be imported.
    private(set) var hasRoom = true

    init(options: ImportOptions, now: Instant) {
        (self.options, self.now) = (options, now)
    }

    /// Says that something was imported in another form.
    mutating func note(_ place: FilePlace, _ message: String) {
        append(ImportNote(place: place, level: .note, message: message))
    }

    /// Says something once for each file.
    mutating func noteOnce(_ place: FilePlace, about subject: String, _ message: String) {
        if told.insert("\(subject) \(place.file)").inserted { note(place, message) }
    }

    /// Says that something was not imported.
    mutating func leaveOut(_ place: FilePlace, _ message: String) {
        append(ImportNote(place: place, level: .leftOut, message: message))
    }

    private mutating func append(_ note: ImportNote) {
        guard hasRoom else { return }
        notes.append(note)
        if notes.count >= Self.notesMax {
            stop(at: note.place, "there is too much to say about these files, so the rest is not read")
        }
    }

    /// Leaves out all that follows.
    mutating func stop(at place: FilePlace, _ message: String) {
        guard hasRoom else { return }
        hasRoom = false
        notes.append(ImportNote(place: place, level: .leftOut, message: message))
    }

    /// Takes a job, or says why it is left out.
    mutating func add(_ draft: ImportDraft) {
        guard hasRoom else { return }
        guard let name = name(of: draft) else { return }
        guard let target = draft.target ?? options.target?.target(of: name) else {
            let foreign = draft.foreignTarget ?? "what it names"
            return leaveOut(draft.place, "\(name): Belfry can't call \(foreign): give --target")
        }
        var fields = draft.fields
        fields["invocation_type"] = .string(target.kind.rawValue)
        fields["invocation_target"] = .string(target.address)
        fields["ttl_seconds"] = fields["ttl_seconds"] ?? .integer(options.ttlSeconds ?? ImportOptions.ttlSecondsDefault)
        if let fault = fault(in: .object(fields), of: name) { return leaveOut(draft.place, "\(name): \(fault)") }
        fields["service_name"] = .string(name.service)
        fields["job_name"] = .string(name.job)
        let job = JSONValue.object(fields)
        bytes += JobFileWriter.yaml(job: job).utf8.count
        guard jobs.count < JobFiles.jobsMax, bytes <= Self.bytesMax else {
            return stop(
                at: draft.place,
                "\(name) and all that follows: a file of jobs has at most \(JobFiles.jobsMax) jobs and 16 MiB: "
                    + "import in parts")
        }
        jobs.append(job)
        names.insert(name)
        tell(about: draft, name)
    }

    /// A name that no other job has; nil if there can be none.
    private mutating func name(of draft: ImportDraft) -> JobName? {
        guard let service = draft.service.flatMap(ImportNaming.valid) ?? options.service else {
            leaveOut(draft.place, "“\(draft.name.prefix(128))” names no service: give --service")
            return nil
        }
        let wanted = JobName(service: service, job: ImportNaming.valid(draft.name) ?? "job")
        var name = wanted
        while names.contains(name) {
            let number = (lastNumbers[wanted] ?? 1) + 1
            lastNumbers[wanted] = number
            name.job = ImportNaming.numbered(wanted.job, number)
        }
        return name
    }

    /// Why `jobs apply` would refuse the job.
    private func fault(in document: JSONValue, of name: JobName) -> String? {
        do throws(InvalidDocument) {
            let bytes = Array(document.text.utf8)
            guard bytes.count <= JobDocument.bytesMax else { return "it has \(bytes.count) bytes as JSON" }
            let job = try JobDocument.parse(try JSONValue.parse(bytes, limits: JobDocument.limits), name: name)
            guard let schedule = try? job.schedule.parsed(), schedule.expression.hasPrefix("at("),
                schedule.next(after: now) == nil
            else { return nil }
            return "\(schedule.expression) has passed"
        } catch {
            return error.errors.map(\.line).joined(separator: " ")
        }
    }

    private mutating func tell(about draft: ImportDraft, _ name: JobName) {
        let place = draft.place
        if draft.isNameKnown, name.job != draft.name || draft.service.map({ $0 != name.service }) == true {
            let given = (draft.service.map { "\($0)/" } ?? "") + draft.name
            note(place, "“\(given.prefix(260))” is named \(name) here")
        }
        if draft.fields["ttl_seconds"] == nil, options.ttlSeconds == nil {
            noteOnce(
                place, about: "ttl",
                "\(name) and others get ttl_seconds \(ImportOptions.ttlSecondsDefault), since nothing says how long a "
                    + "run may take: --ttl gives another")
        }
        guard case .string(let expression)? = draft.fields["schedule"] else { return }
        if expression.hasPrefix("rate(") {
            note(
                place,
                "\(name): \(expression) counts from 1970 here, not from when the original was created, so it runs at "
                    + "other times")
        }
        guard expression.hasPrefix("cron(") else { return }
        if draft.zoneIsOpen, draft.fields["time_zone"] == nil {
            noteOnce(
                place, about: "zone",
                "\(name) and others run by UTC, since the file doesn't say which time zone its scheduler has: "
                    + "--time-zone gives another")
        }
        if (try? ScheduleKey(expression).parsed())?.next(after: now) == nil {
            note(place, "\(name): \(expression) never occurs again")
        }
    }
}
