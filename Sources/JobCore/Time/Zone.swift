import Foundation

/// A time zone as schedules need it: offsets from UTC and when they change. The only user of Foundation's zones.
///
/// UTC is a case of its own, so that it costs arithmetic alone.
enum Zone: Hashable, Sendable {
    case utc
    case regional(TimeZone)

    /// nil unless `identifier` is a name of the IANA time zone database, in its exact spelling.
    init?(identifier: String) {
        // Foundation also takes "GMT+5", "UTC+3" and ICU's three-letter nicknames ("PST", "BST"), which mean one thing
        // here and another elsewhere.
        guard identifier.utf8.count <= 64, identifier.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            identifier.contains("/") || Self.namesWithoutRegion.contains(identifier)
        else { return nil }
        if Self.namesOfUTC.contains(identifier) {
            self = .utc
        } else if let zone = TimeZone(identifier: identifier), identifier != "Etc/Unknown" {
            self = .regional(zone)
        } else {
            return nil
        }
    }

    /// The name someone most likely meant: the same letters in another case.
    static func suggestion(for identifier: String) -> String? {
        let lowercased = identifier.lowercased()
        return (namesOfUTC + TimeZone.knownTimeZoneIdentifiers).first { $0.lowercased() == lowercased }
    }

    /// Seconds east of UTC.
    func offset(at seconds: Int64) -> Int64 {
        switch self {
        case .utc: 0
        case .regional(let zone):
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
    }

    /// When the offset next changes, strictly after `seconds`.
    func nextChange(after seconds: Int64) -> Int64? {
        switch self {
        case .utc: nil
        case .regional(let zone):
            zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(seconds)))
                .map { Int64($0.timeIntervalSince1970.rounded()) }.flatMap { $0 > seconds ? $0 : nil }
        }
    }

    private static let namesOfUTC = [
        "UTC", "Etc/UTC", "GMT", "Etc/GMT", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal",
    ]

    /// The database's few names without a slash.
    private static let namesWithoutRegion: Set<String> = [
        "UTC", "GMT", "UCT", "Zulu", "Universal", "Greenwich", "GMT0", "GMT+0", "GMT-0", "EST", "MST", "HST", "CET",
        "EET", "MET", "WET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "PRC", "ROC", "ROK", "Cuba", "Egypt", "Eire",
        "GB", "GB-Eire", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "NZ",
        "NZ-CHAT", "Navajo", "Poland", "Portugal", "Singapore", "Turkey", "W-SU",
    ]
}

/// A stretch of time in which a zone's offset stays the same.
struct OffsetPeriod: Hashable, Sendable {
    /// When it began, or some time before if that is more than `Zone.lookBack` ago.
    var start: Int64
    /// The offset just before `start`.
    var previousOffset: Int64
    var offset: Int64
    /// When the offset changes next; nil when it never does.
    var end: Int64?
}

extension Zone {
    /// Two days: more than any change of offset, even one across the date line (Samoa, 24 hours), and more than the
    /// offsets' whole range (26 hours). So a clock's reading can't recur, nor be skipped, further than this from here.
    static let lookBack: Int64 = 2 * 86_400

    func period(containing seconds: Int64) -> OffsetPeriod {
        var start = seconds - Self.lookBack
        var previousOffset = offset(at: start)
        var end = nextChange(after: start)
        while let change = end, change <= seconds {
            previousOffset = offset(at: change - 1)
            start = change
            end = nextChange(after: change)
        }
        let offset = offset(at: seconds)
        return OffsetPeriod(start: start, previousOffset: previousOffset, offset: offset, end: end)
    }
}
