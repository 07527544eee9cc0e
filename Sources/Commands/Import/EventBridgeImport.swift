import JSON
import JobCore

/// Takes the scheduled rules of EventBridge and the schedules of EventBridge Scheduler, as the AWS command line prints
/// them: `aws events describe-rule`, `list-rules`, `list-targets-by-rule`, `describe-api-destination`,
/// `list-api-destinations`, and `aws scheduler get-schedule`.
struct EventBridgeImport: ImportReader {
    /// Finding the line of an element takes the longer the further it is down a list.
    private typealias Found = (value: JSONValue, place: () -> FilePlace)

    /// Rules and schedules, in the order of the files.
    private var items: [Found] = []
    /// The targets of rules, by the rule's name.
    private var targets: [String: [Found]] = [:]
    private var targetFinder = EventBridgeTargets()
    /// The rule that was described last, to which the next targets belong.
    private var lastRule: String?

    mutating func read(_ entry: JobEntry, _ collector: inout ImportCollector) {
        let value = entry.value
        if let rules = value.field("Rules")?.elements {
            add(rules, "/Rules", entry)
            lastRule = rules.count == 1 ? rules[0].string("Name") : nil
        } else if let found = value.field("Targets")?.elements {
            addTargets(found, entry, &collector)
        } else if let schedules = value.field("Schedules")?.elements {
            add(schedules, "/Schedules", entry)
        } else if let destinations = value.field("ApiDestinations")?.elements {
            for destination in destinations { targetFinder.learn(destination) }
        } else if value.field("ApiDestinationArn") != nil {
            targetFinder.learn(value)
        } else if value.field("Name") != nil {
            items.append((value, { entry.place("") }))
            lastRule = value.field("Target") == nil ? value.string("Name") : nil
        } else {
            collector.leaveOut(
                entry.place(""),
                "this is no answer of aws events describe-rule, list-rules, list-targets-by-rule, "
                    + "describe-api-destination, or of aws scheduler get-schedule")
        }
    }

    private mutating func add(_ values: [JSONValue], _ path: String, _ entry: JobEntry) {
        for (index, value) in values.enumerated() {
            items.append((value, { entry.place("\(path)/\(index)") }))
        }
    }

    private mutating func addTargets(_ found: [JSONValue], _ entry: JobEntry, _ collector: inout ImportCollector) {
        guard let rule = entry.value.string("Rule") ?? lastRule else {
            return collector.leaveOut(
                entry.place(""),
                "nothing says which rule has these targets: put them right behind the answer of describe-rule, or add "
                    + "\"Rule\": \"NAME\"")
        }
        for (index, target) in found.enumerated() {
            targets[rule, default: []].append((target, { entry.place("/Targets/\(index)") }))
        }
    }

    func finish(_ collector: inout ImportCollector) {
        var (rules, arns): (Set<String>, Set<String>) = ([], [])
        for item in items where collector.hasRoom {
            // A rule of list-rules may also have been described.
            if let arn = item.value.string("Arn"), !arns.insert(arn).inserted { continue }
            guard let name = item.value.string("Name") else {
                collector.leaveOut(item.place(), "this rule or schedule has no Name")
                continue
            }
            rules.insert(name)
            guard let schedule = item.value.string("ScheduleExpression") else {
                tellOfMissingSchedule(item, name, &collector)
                continue
            }
            if let target = item.value.field("Target") {
                add(schedule, name, item, target: target, &collector)
                continue
            }
            let found = targets[name] ?? []
            if found.isEmpty { add(schedule, name, item, target: nil, &collector) }
            for target in found {
                let id = found.count > 1 ? target.value.string("Id").map { "-\($0)" } ?? "" : ""
                add(schedule, name + id, item, target: target.value, &collector)
            }
        }
        for (rule, found) in targets.sorted(by: { $0.key < $1.key })
        where !rules.contains(rule) && collector.hasRoom {
            guard let place = found.first?.place() else { continue }
            collector.leaveOut(place, "these are targets of the rule “\(rule.prefix(128))”, which is in no file")
        }
    }

    private func tellOfMissingSchedule(_ item: Found, _ name: String, _ collector: inout ImportCollector) {
        if item.value.field("EventPattern") != nil {
            collector.note(item.place(), "the rule “\(name.prefix(128))” waits for events and has no schedule")
        } else {
            collector.leaveOut(
                item.place(),
                "“\(name.prefix(128))” has no ScheduleExpression: give the answer of aws scheduler get-schedule or aws "
                    + "events describe-rule")
        }
    }

    private func add(
        _ schedule: String, _ name: String, _ item: Found, target: JSONValue?, _ collector: inout ImportCollector
    ) {
        let (value, place) = (item.value, item.place())
        var draft = ImportDraft(name: name, schedule: schedule, place: place)
        if let group = value.string("GroupName"), group != "default" { draft.service = group }
        if let state = value.string("State") { draft.fields["enabled"] = .bool(state.hasPrefix("ENABLED")) }
        if let text = value.string("Description") { draft.setDescription(text) }
        if let zone = value.string("ScheduleExpressionTimezone") { draft.fields["time_zone"] = .string(zone) }
        for (theirs, ours) in [("StartDate", "start_at"), ("EndDate", "end_at")] {
            guard let date = value.field(theirs) else { continue }
            guard let instant = Self.instant(date) else {
                return collector.leaveOut(place, "“\(name.prefix(128))” has a \(theirs) that is no time")
            }
            draft.fields[ours] = .string(instant.rfc3339)
        }
        func note(_ message: String) { collector.note(place, "“\(name.prefix(128))”: \(message)") }
        if let window = value.field("FlexibleTimeWindow"), window.string("Mode") == "FLEXIBLE" {
            let minutes = window.field("MaximumWindowInMinutes")?.wholeNumber
            note("it runs at its time here, not within \(minutes.map { "\($0) minutes" } ?? "a window") after it")
        }
        if value.field("EventPattern") != nil { note("it also waits for events there, and only has its schedule here") }
        if value.string("ActionAfterCompletion") == "DELETE" { note("it stays here after its last run") }
        for message in targetFinder.fill(&draft, from: target) { note(message) }
        collector.add(draft)
    }

    /// The last second of the year 9999.
    private static let secondsMax: Int64 = 253_402_300_799

    /// A time as the AWS command line prints it: a text, or the seconds since 1970.
    private static func instant(_ value: JSONValue) -> Instant? {
        switch value {
        case .string(let text): Instant(rfc3339: text)
        case .integer(let seconds) where (0...secondsMax).contains(seconds): Instant(secondsSinceEpoch: seconds)
        case .number(let seconds) where (0...Double(secondsMax)).contains(seconds):
            Instant(millisecondsSinceEpoch: Int64(seconds * 1_000))
        default: nil
        }
    }
}
