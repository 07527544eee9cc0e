public import JobCore

/// The release of the time zones of a folder, as far as files beside the zones tell it.
///
/// The age is judged by the list of leap seconds, which has an end: a release holds the list of its day, and such a
/// list ends 5 to 12 months later. The name of a release has only the year in which it was made.
public struct ZoneRelease: Sendable, Equatable {
    private static let check = "time zones"

    /// Such as `2026a`.
    let name: String?
    /// From when the list of leap seconds may be wrong, in seconds since 1970.
    let leapListEnds: Int64?

    /// Reads the beginning of `tzdata.zi`, the text of `leapseconds`, and that of `+VERSION`; nil where there is no
    /// such file.
    public init(zones: String?, leapSeconds: String?, version: String?) {
        let stated = zones.flatMap { $0.split(separator: "\n").first }.flatMap { line in
            line.hasPrefix("# version ") ? line.dropFirst("# version ".count) : nil
        }
        let name = (stated ?? version?.split(separator: "\n").first).map { $0.prefix { $0.isLetter || $0.isNumber } }
        self.name = name.flatMap { $0.isEmpty ? nil : String($0) }
        leapListEnds = leapSeconds.flatMap { text in
            text.split(separator: "\n").first { $0.hasPrefix("#expires ") }
        }.flatMap { Int64($0.dropFirst("#expires ".count).prefix { $0.isNumber }) }
    }

    /// What to say about it. `hasZones`: whether there are zones in the folder at all.
    public func finding(folder: String, hasZones: Bool, now: Instant) -> DoctorFinding {
        guard hasZones else {
            return .wrong(
                Self.check, "there are no time zones in \(folder)",
                next: "install the package tzdata, or correct BELFRY_TZDIR; until then only UTC is known")
        }
        let found = "tzdata \(name ?? "of an unknown release") in \(folder)"
        guard name != nil || leapListEnds != nil else {
            return .notChecked(
                Self.check, "\(folder) has neither tzdata.zi nor leapseconds, which tell its age",
                next: "compare the version of the package tzdata with www.iana.org/time-zones")
        }
        guard let age = tooOld(now) else { return .ok(Self.check, found) }
        return .warning(
            Self.check, "\(found): \(age)",
            next: "upgrade the package tzdata (apt-get install --only-upgrade tzdata); the daemons need no restart")
    }

    /// Why it is too old; nil if it is not.
    private func tooOld(_ now: Instant) -> String? {
        if let leapListEnds {
            let end = Instant(secondsSinceEpoch: leapListEnds)
            guard end <= now else { return nil }
            return "older than about 9 months, its list of leap seconds ended on \(end.rfc3339.prefix(10))"
        }
        guard let year = name.flatMap({ Int($0.prefix(4)) }), let thisYear = Int(now.rfc3339.prefix(4)),
            let month = Int(now.rfc3339.dropFirst(5).prefix(2))
        else { return nil }
        // Nine whole months after the last day of its year.
        return thisYear > year + 1 || (thisYear == year + 1 && month > 9) ? "older than 9 months" : nil
    }
}
