public import JSON
public import JobCore

/// The jobs that a scheduler's files become, and what there is to say about them: `belfry jobs import`.
public struct JobImport: Sendable {
    /// Jobs as a file of jobs has them. `jobs apply` takes each of them.
    public let jobs: [JSONValue]
    public let notes: [ImportNote]

    /// Converts files. `now` tells which times have passed. Throws if a file can't be read; a thing in a file that
    /// can't be imported is a note.
    public init(
        of files: JobFiles, from source: ImportSource, options: ImportOptions, now: Instant
    ) throws(InvalidFiles) {
        guard files.faults.isEmpty else { throw InvalidFiles(faults: files.faults) }
        var collector = ImportCollector(options: options, now: now)
        switch source {
        case .crontab:
            for (name, bytes) in files.contents {
                CrontabImport.add(bytes, name: name, options: options, to: &collector)
            }
        case .eventbridge: Self.read(files, EventBridgeImport(), lists: [], &collector)
        case .kubernetes: Self.read(files, KubernetesImport(options: options), lists: ["items"], &collector)
        case .predecessor: Self.read(files, PredecessorImport(options: options), lists: ["results"], &collector)
        }
        (jobs, notes) = (collector.jobs, collector.notes)
    }

    private static func read(
        _ files: JobFiles, _ reader: some ImportReader, lists: [String], _ collector: inout ImportCollector
    ) {
        var reader = reader
        for (name, bytes) in files.contents {
            let file = ImportFile(bytes, name: name, lists: lists)
            for entry in file.entries where collector.hasRoom {
                if entry.faults.isEmpty {
                    reader.read(entry, &collector)
                } else {
                    for (_, fault) in entry.faults { collector.leaveOut(fault.place, fault.message) }
                }
            }
            for fault in file.faults { collector.leaveOut(fault.place, fault.message) }
        }
        reader.finish(&collector)
    }

    /// Whether nothing was left out.
    public var isComplete: Bool { notes.allSatisfy { $0.level == .note } }

    /// `{"jobs": […], "notes": [{"file", "line", "level", "message"}]}`
    public var json: JSONValue { .object(["jobs": .array(jobs), "notes": .array(notes.map(\.json))]) }
}
