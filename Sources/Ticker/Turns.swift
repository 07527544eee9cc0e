import JobCore
import Store

/// The ranges of the schedules that are due at one instant, in the order in which services take turns. Pure.
///
/// A large service's first range is behind nobody's second one, and each schedule's shared ranges take turns with it.
/// What a large service has beyond its share of about 500 jobs is bulk.
struct Turns {
    private(set) var ordinary: [DueRange]
    private(set) var bulk: [DueRange]

    /// The schedules come in an order of their own: the same order leads to the same messages.
    init(
        of schedules: [(key: ScheduleKey, services: [DistinctSchedule.ServiceJobs])], at occurrence: Instant,
        isLarge: (String) -> Bool
    ) {
        var shared: [[DueRange]] = []
        var large: [String: (jobCount: Int, ordinary: [DueRange], bulk: [DueRange])] = [:]
        for (key, services) in schedules {
            var sharedHere: [DueRange] = []
            for part in ScheduleCut(services, isLarge: isLarge).parts {
                var due = DueRange(key: key, occurrence: occurrence, range: part.range, isBulk: false)
                guard let owner = part.owner else {
                    sharedHere.append(due)
                    continue
                }
                due.isBulk = large[owner, default: (0, [], [])].jobCount >= ScheduleCut.jobsPerRangeMax
                large[owner, default: (0, [], [])].jobCount += part.jobCount
                if due.isBulk {
                    large[owner, default: (0, [], [])].bulk.append(due)
                } else {
                    large[owner, default: (0, [], [])].ordinary.append(due)
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
