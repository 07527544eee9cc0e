import JobCore
import Store

/// The ranges of the schedules that are due at one instant, in the order in which services take turns. Pure.
///
/// A large service's first range is behind nobody's second one, and each schedule's shared ranges take turns with it.
/// What a large service has beyond its share of about 500 jobs is bulk.
struct Turns {
    /// The ranges of one large service.
    private struct Owned {
        var jobCount = 0
        var ordinary: [DueRange] = []
        var bulk: [DueRange] = []

        mutating func add(_ due: DueRange, jobCount count: Int) {
            var due = due
            due.isBulk = jobCount >= ScheduleCut.jobsPerRangeMax
            jobCount += count
            if due.isBulk { bulk.append(due) } else { ordinary.append(due) }
        }
    }

    private(set) var ordinary: [DueRange]
    private(set) var bulk: [DueRange]

    /// The schedules come in an order of their own: the same order leads to the same messages.
    init(
        of schedules: [(key: ScheduleKey, services: [DistinctSchedule.ServiceJobs])], at occurrence: Instant,
        isLarge: (String) -> Bool
    ) {
        var shared: [[DueRange]] = []
        var large: [String: Owned] = [:]
        for (key, services) in schedules {
            var sharedHere: [DueRange] = []
            for part in ScheduleCut(services, isLarge: isLarge).parts {
                let due = DueRange(key: key, occurrence: occurrence, range: part.range, isBulk: false)
                if let owner = part.owner {
                    large[owner, default: Owned()].add(due, jobCount: part.jobCount)
                } else {
                    sharedHere.append(due)
                }
            }
            if !sharedHere.isEmpty { shared.append(sharedHere) }
        }
        let owners = large.sorted { $0.key < $1.key }.map(\.value)
        ordinary = Self.inTurns(shared + owners.map(\.ordinary))
        bulk = Self.inTurns(owners.map(\.bulk))
    }

    /// The first of each, then the second of each, and so on.
    private static func inTurns(_ rows: [[DueRange]]) -> [DueRange] {
        var rows = rows
        var taken: [DueRange] = []
        for turn in 0... {
            rows.removeAll { $0.count <= turn }
            if rows.isEmpty { break }
            taken += rows.map { $0[turn] }
        }
        return taken
    }
}
