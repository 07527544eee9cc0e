/// A time zone as schedules need it: its offset from UTC and when that changes.
///
/// UTC has its own case, because it needs no lookup and no file.
enum Zone: Hashable, Sendable {
    case utc
    case regional(ZoneRules)

    /// The names of UTC in the IANA database.
    static let namesOfUTC = [
        "UTC", "Etc/UTC", "GMT", "Etc/GMT", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal",
        "Greenwich", "Etc/Greenwich", "GMT0", "Etc/GMT0", "GMT+0", "Etc/GMT+0", "GMT-0", "Etc/GMT-0",
    ]

    /// The offset at an instant (seconds since the epoch), in seconds east of UTC.
    func offset(at seconds: Int64) -> Int64 {
        switch self {
        case .utc: 0
        case .regional(let rules): rules.offset(at: seconds)
        }
    }

    /// The next change of the offset strictly after `seconds` since the epoch; nil if there is none.
    func nextChange(after seconds: Int64) -> Int64? {
        switch self {
        case .utc: nil
        case .regional(let rules): rules.nextChange(after: seconds)
        }
    }
}
