/// The offsets of a time zone, and when they change. All times are seconds since the epoch.
///
/// It is one table, so each question is a binary search. Copies share the table, and those compare at once.
struct ZoneRules: Sendable, Equatable {
    /// From an instant on, the clock is `offset` seconds east of UTC.
    struct Change: Sendable, Equatable {
        var at: Int64
        var offset: Int64
    }

    /// The offset before the first change.
    private let initialOffset: Int64
    /// In ascending order. Each really changes the offset.
    private let changes: [Change]

    /// 2600-01-01T00:00:00Z. From here on, offsets are those of 400 years before: the Gregorian calendar repeats,
    /// weekdays included. No schedule has an occurrence as late as that, but a rate can be shown in a time zone.
    private static let repeatsFrom = Int64(CivilDate(year: lastYear, month: 1, day: 1).daysSinceEpoch) * 86_400
    /// Changes beyond are left out.
    private static let end = repeatsFrom + 2 * 366 * 86_400
    private static let cycle: Int64 = 146_097 * 86_400
    private static let lastYear = 2600

    /// Keeps those of the changes that differ from what was before.
    private init(initialOffset: Int64, ascending changes: [Change]) {
        self.initialOffset = initialOffset
        var kept: [Change] = []
        for change in changes where change.at < Self.end && change.offset != kept.last?.offset ?? initialOffset {
            kept.append(change)
        }
        self.changes = kept
    }

    /// `rule` gives the changes after the last of `changes`, which are in ascending order.
    init(initialOffset: Int64, changes: [Change], rule: YearlyRule?) {
        let last = changes.last?.at ?? .min
        // No schedule has an occurrence before 1970.
        let year = CivilTime(secondsSinceEpoch: max(0, last)).date.year
        var all = changes
        if let rule, year < Self.lastYear {
            // A year more on either side: a time of the rule may be days away from its day.
            all += rule.changes(in: year - 1...Self.lastYear + 1).filter { $0.at > last }
        }
        self.init(initialOffset: initialOffset, ascending: all)
    }

    /// The offset at an instant, in seconds east of UTC.
    func offset(at seconds: Int64) -> Int64 {
        let index = firstIndex(after: seconds - Self.repeated(seconds))
        return index == 0 ? initialOffset : changes[index - 1].offset
    }

    /// The next change of the offset strictly after an instant; nil if there is none.
    func nextChange(after seconds: Int64) -> Int64? {
        let repeated = Self.repeated(seconds)
        let index = firstIndex(after: seconds - repeated)
        return index < changes.count ? changes[index].at + repeated : nil
    }

    /// These rules before an instant, and others from then on.
    ///
    /// If the two have different offsets at that instant, it is a clock change like any other: the clock leaves
    /// readings out or repeats them, and the DST policy of a schedule decides what becomes of those.
    func replaced(by other: ZoneRules, from seconds: Int64) -> ZoneRules {
        let before = changes.filter { $0.at < seconds }
        let after = other.changes.filter { $0.at > seconds }
        return ZoneRules(
            initialOffset: initialOffset,
            ascending: before + [Change(at: seconds, offset: other.offset(at: seconds))] + after)
    }

    /// How far back an instant has the same offset, in whole cycles of 400 years.
    private static func repeated(_ seconds: Int64) -> Int64 {
        seconds < repeatsFrom ? 0 : ((seconds - repeatsFrom) / cycle + 1) * cycle
    }

    private func firstIndex(after seconds: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at > seconds { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension ZoneRules: Hashable {
    /// Only a few of its values, so that a hash costs the same for each zone.
    func hash(into hasher: inout Hasher) {
        hasher.combine(initialOffset)
        hasher.combine(changes.count)
        hasher.combine(changes.last?.at)
    }
}
