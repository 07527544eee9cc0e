import JSON
import JobCore

/// Takes the CronJobs of Kubernetes: each becomes a job whose payload has the image and the command of the container.
struct KubernetesImport: ImportReader {
    let options: ImportOptions

    func read(_ entry: JobEntry, _ collector: inout ImportCollector) {
        let value = entry.value
        let kind = value.string("kind")
        guard kind == "CronJob" || (kind == nil && value.field("spec")?.field("jobTemplate") != nil) else {
            guard let kind else {
                return collector.leaveOut(entry.place(""), "this is neither a CronJob nor a list of them")
            }
            return collector.note(entry.place("/kind"), "this is a \(kind.prefix(64)), not a CronJob")
        }
        let metadata = value.field("metadata")
        guard let name = metadata?.string("name") else {
            return collector.leaveOut(entry.place(""), "this CronJob has no metadata.name")
        }
        guard let spec = value.field("spec"), let given = spec.string("schedule") else {
            return collector.leaveOut(entry.place(""), "“\(name.prefix(128))” has no spec.schedule")
        }
        let schedules: Schedules
        do throws(UnixCron.Fault) {
            schedules = try Schedules(given)
        } catch {
            return collector.leaveOut(entry.place("/spec/schedule"), "“\(name.prefix(128))”: \(error.message)")
        }
        let parts = schedules.expressions.count == 2 ? ["-day-of-month", "-day-of-week"] : [""]
        if parts.count == 2 {
            collector.note(
                entry.place("/spec/schedule"),
                "“\(name.prefix(128))” runs if the day of month or the day of week fits, so it becomes two jobs; on a "
                    + "day that fits both, both run")
        }
        tellOfOtherFields(spec, name, entry, &collector)
        var draft = ImportDraft(name: name, schedule: "", place: entry.place("/metadata/name"))
        (draft.service, draft.isNameKnown) = (metadata?.string("namespace"), parts.count == 1)
        setTimeZone(spec.string("timeZone") ?? schedules.timeZone, schedules.dst, &draft)
        draft.fields["enabled"] = .bool(spec.field("suspend") != .bool(true))
        setPolicies(spec, entry, &draft, &collector)
        setPayload(spec, entry, &draft, &collector)
        for (expression, part) in zip(schedules.expressions, parts) {
            var job = draft
            job.name += part
            job.fields["schedule"] = .string(expression)
            collector.add(job)
        }
    }

    /// Says of every field that no job has that it is not imported. Fields that Kubernetes fills in by itself, and
    /// those that only say how a pod is run, mean nothing for a webhook.
    private func tellOfOtherFields(
        _ spec: JSONValue, _ name: String, _ entry: JobEntry, _ collector: inout ImportCollector
    ) {
        let job = spec.field("jobTemplate")?.field("spec")
        let pod = job?.field("template")?.field("spec")
        let levels: [(path: String, value: JSONValue?, known: Set<String>)] = [
            (
                "/spec", spec,
                [
                    "schedule", "timeZone", "suspend", "concurrencyPolicy", "startingDeadlineSeconds", "jobTemplate",
                    "successfulJobsHistoryLimit", "failedJobsHistoryLimit",
                ]
            ),
            ("/spec/jobTemplate/spec", job, ["activeDeadlineSeconds", "template"]),
            (
                "/spec/jobTemplate/spec/template/spec", pod,
                ["containers", "restartPolicy", "dnsPolicy", "schedulerName", "terminationGracePeriodSeconds"]
            ),
            (
                "/spec/jobTemplate/spec/template/spec/containers/0", pod?.field("containers")?.elements?.first,
                [
                    "name", "image", "command", "args", "imagePullPolicy", "terminationMessagePath",
                    "terminationMessagePolicy",
                ]
            ),
        ]
        for level in levels {
            guard case .object(let fields)? = level.value else { continue }
            let others = fields.filter {
                !level.known.contains($0.key) && $0.value != .null && $0.value != .object([:])
            }
            for field in others.keys.sorted().prefix(20) {
                collector.note(
                    entry.place("\(level.path)/\(field)"),
                    "“\(name.prefix(128))”: \(field.prefix(64)) is not imported")
            }
        }
    }

    private func setTimeZone(_ given: String?, _ dst: DSTPolicy, _ draft: inout ImportDraft) {
        draft.zoneIsOpen = true
        guard let zone = given ?? options.timeZone else { return }
        draft.fields["time_zone"] = .string(zone)
        // In UTC the clock never changes.
        if zone != "UTC", zone != "Etc/UTC" { draft.fields["dst"] = .string("\(dst)") }
    }

    private func setPolicies(
        _ spec: JSONValue, _ entry: JobEntry, _ draft: inout ImportDraft, _ collector: inout ImportCollector
    ) {
        let policy = spec.string("concurrencyPolicy") ?? "Allow"
        draft.fields["exclusive"] = .bool(policy != "Allow")
        if policy == "Replace" {
            collector.note(
                entry.place("/spec/concurrencyPolicy"),
                "“\(draft.name.prefix(128))”: a run is not replaced by the next one here; the next one doesn't run, as "
                    + "under Forbid")
        }
        if let seconds = spec.field("startingDeadlineSeconds")?.wholeNumber {
            let age = min(max(1, seconds), 31_536_000)
            draft.fields["misfire_max_age_seconds"] = .integer(age)
            if age != seconds {
                collector.note(
                    entry.place("/spec/startingDeadlineSeconds"),
                    "“\(draft.name.prefix(128))”: startingDeadlineSeconds \(seconds) becomes "
                        + "misfire_max_age_seconds \(age)")
            }
        }
        let template = spec.field("jobTemplate")?.field("spec")
        guard let seconds = template?.field("activeDeadlineSeconds")?.wholeNumber else { return }
        let ttlSeconds = min(max(1, seconds), Limits.ttlSecondsMax)
        draft.fields["ttl_seconds"] = .integer(ttlSeconds)
        if ttlSeconds != seconds {
            collector.note(
                entry.place("/spec/jobTemplate/spec/activeDeadlineSeconds"),
                "“\(draft.name.prefix(128))”: activeDeadlineSeconds \(seconds) becomes ttl_seconds \(ttlSeconds)")
        }
    }

    private func setPayload(
        _ spec: JSONValue, _ entry: JobEntry, _ draft: inout ImportDraft, _ collector: inout ImportCollector
    ) {
        let pod = spec.field("jobTemplate")?.field("spec")?.field("template")?.field("spec")
        let containers = pod?.field("containers")?.elements ?? []
        guard let container = containers.first else { return }
        var payload: [String: JSONValue] = [:]
        for field in ["image", "command", "args"] { payload[field] = container.field(field) }
        draft.setPayload(payload)
        if containers.count > 1 {
            collector.note(
                entry.place("/spec/jobTemplate/spec/template/spec/containers"),
                "“\(draft.name.prefix(128))” has \(containers.count) containers: the payload names the first one")
        }
    }

    /// What the text of a schedule stands for.
    private struct Schedules {
        var expressions: [String]
        /// From `CRON_TZ=` or `TZ=` in front of the fields.
        var timeZone: String?
        var dst = DSTPolicy.default

        init(_ text: String) throws(UnixCron.Fault) {
            var rest = Substring(text).drop { $0 == " " || $0 == "\t" }
            for prefix in ["CRON_TZ=", "TZ="] where rest.hasPrefix(prefix) {
                let zone = rest.dropFirst(prefix.count).prefix { $0 != " " }
                (timeZone, rest) = (String(zone), rest[zone.endIndex...])
            }
            let words = rest.split(separator: " ")
            if words.first == "@every" {
                expressions = [try Self.rate(words.dropFirst().joined(separator: " "))]
                return
            }
            let cron = try UnixCron(rest, dialect: .kubernetes)
            (expressions, dst) = (cron.expressions, cron.dst)
        }

        /// A duration of Go, such as `1h30m`, in whole seconds.
        private static func rate(_ text: String) throws(UnixCron.Fault) -> String {
            let fault = UnixCron.Fault(
                message: "“@every \(text.prefix(40))” is not a time in hours, minutes and seconds")
            guard let match = text.wholeMatch(of: /(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?/) else {
                throw fault
            }
            func number(_ text: Substring?) -> Int { text.flatMap { Int($0) } ?? 0 }
            let seconds = number(match.1) * 3_600 + number(match.2) * 60 + number(match.3)
            guard seconds > 0 else { throw fault }
            let units = [("hour", 3_600), ("minute", 60), ("second", 1)]
            let (unit, length) = units.first { seconds % $0.1 == 0 } ?? ("second", 1)
            let count = seconds / length
            return "rate(\(count) \(unit)\(count == 1 ? "" : "s"))"
        }
    }
}
