import JSON
import JobCore

/// Takes jobs out of a crontab: one for each line with a command.
struct CrontabImport {
    private let options: ImportOptions
    private var timeZone: String?
    /// The comment right above the line.
    private var comment: String?

    /// Variables that don't change how a command runs.
    private static let harmless: Set<String> = ["LOGNAME", "USER", "SHELL"]

    private init(options: ImportOptions) {
        self.options = options
    }

    /// Adds the jobs of a file, and what there is to say about its lines.
    static func add(_ bytes: [UInt8], name: String, options: ImportOptions, to collector: inout ImportCollector) {
        var crontab = CrontabImport(options: options)
        var (rest, number) = (bytes[...], 0)
        while !rest.isEmpty, collector.hasRoom {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            number += 1
            crontab.read(line, FilePlace(file: name, line: number), &collector)
            rest = rest[line.endIndex...].dropFirst()
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, _ place: FilePlace, _ collector: inout ImportCollector) {
        let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard let line = String(validating: bytes, as: UTF8.self) else {
            return collector.leaveOut(place, "this is not UTF-8: save the file in that encoding")
        }
        var nextComment: String?
        switch CrontabLine(line, hasUserColumn: options.hasUserColumn) {
        case .blank: break
        case .comment(let text): nextComment = isEntry(text) ? nil : text
        case .variable(let name, let value): readVariable(name, value, place, &collector)
        case .unreadable(let reason): collector.leaveOut(place, reason)
        case .entry(let entry): add(entry, place, &collector)
        }
        comment = nextComment
    }

    /// Whether a comment describes nothing: a line that was switched off, or the names of the columns.
    private func isEntry(_ comment: String) -> Bool {
        let words = comment.split { $0 == " " || $0 == "\t" }
        guard !words.starts(with: ["m", "h", "dom", "mon", "dow"]) else { return true }
        guard case .entry(let entry) = CrontabLine(comment, hasUserColumn: options.hasUserColumn) else { return false }
        return (try? UnixCron(entry.schedule, dialect: .crontab)) != nil
    }

    private mutating func readVariable(
        _ name: String, _ value: String, _ place: FilePlace, _ collector: inout ImportCollector
    ) {
        let shown = name.prefix(64)
        switch name {
        case "CRON_TZ": timeZone = value.isEmpty ? nil : value
        case "TZ":
            collector.note(
                place,
                "TZ is the time zone of the commands only, as in Vixie cron and cronie: for the schedules below write "
                    + "CRON_TZ=\(value.prefix(64))")
        case "MAILTO", "MAILFROM":
            collector.note(place, "\(name) is not imported: Belfry sends no mail; subscribe to the events of the jobs")
        case "RANDOM_DELAY": collector.note(place, "RANDOM_DELAY is not imported: jobs run at their time")
        case _ where Self.harmless.contains(name): break
        default:
            collector.note(place, "the variable \(shown) is not imported: set it where the commands run")
        }
    }

    private func add(_ entry: CrontabLine.Entry, _ place: FilePlace, _ collector: inout ImportCollector) {
        let cron: UnixCron
        do throws(UnixCron.Fault) {
            cron = try UnixCron(entry.schedule, dialect: .crontab)
        } catch {
            return collector.leaveOut(place, error.message)
        }
        var drafts = cron.expressions.map { draft(entry, $0, cron.dst, place) }
        if drafts.count == 2 {
            drafts[0].name += "-day-of-month"
            drafts[1].name += "-day-of-week"
            collector.note(
                place,
                "cron runs this if the day of month or the day of week fits, so it becomes two jobs; on a day that "
                    + "fits both, both run")
        }
        for draft in drafts { collector.add(draft) }
    }

    private func draft(_ entry: CrontabLine.Entry, _ expression: String, _ dst: DSTPolicy, _ place: FilePlace)
        -> ImportDraft
    {
        let name = ImportNaming.name(ofCommand: entry.command)
        var draft = ImportDraft(name: name.isEmpty ? "job" : name, schedule: expression, place: place)
        let payload = ["command": entry.command, "stdin": entry.input, "user": entry.user]
        draft.setPayload(payload.compactMapValues { $0.map(JSONValue.string) })
        if let comment { draft.setDescription(comment) }
        (draft.zoneIsOpen, draft.isNameKnown) = (true, false)
        let zone = timeZone ?? options.timeZone
        if let zone { draft.fields["time_zone"] = .string(zone) }
        // In UTC the clock never changes.
        if let zone, zone != "UTC", dst != .default { draft.fields["dst"] = .string("\(dst)") }
        // Cron never makes up for what it missed.
        draft.fields["misfire"] = .string(MisfirePolicy.skip.rawValue)
        return draft
    }
}
