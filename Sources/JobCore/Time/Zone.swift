import Foundation

/// A time zone as schedules need it: its offset from UTC and when that changes.
///
/// This is the only user of Foundation's time zones. UTC has its own case, because it needs no lookup.
enum Zone: Hashable, Sendable {
    case utc
    case regional(TimeZone)

    /// Finds a zone by its name in the IANA time zone database, spelled exactly. Returns nil for any other text.
    init?(identifier: String) {
        // Foundation also accepts "GMT+5", "UTC+3" and three-letter abbreviations from ICU ("PST", "BST"), whose
        // meaning differs between systems.
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

    /// Returns the zone with the same letters in another case, as a suggestion for a name that was not found.
    static func suggestion(for identifier: String) -> String? {
        let lowercased = identifier.lowercased()
        return (namesOfUTC + TimeZone.knownTimeZoneIdentifiers).first { $0.lowercased() == lowercased }
    }

    /// The offset at an instant (seconds since the epoch), in seconds east of UTC.
    func offset(at seconds: Int64) -> Int64 {
        switch self {
        case .utc: 0
        case .regional(let zone):
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
    }

    /// The next change of the offset strictly after `seconds` since the epoch; nil if there is none.
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

    /// The names of the database that contain no slash.
    private static let namesWithoutRegion: Set<String> = [
        "UTC", "GMT", "UCT", "Zulu", "Universal", "Greenwich", "GMT0", "GMT+0", "GMT-0", "EST", "MST", "HST", "CET",
        "EET", "MET", "WET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "PRC", "ROC", "ROK", "Cuba", "Egypt", "Eire",
        "GB", "GB-Eire", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "NZ",
        "NZ-CHAT", "Navajo", "Poland", "Portugal", "Singapore", "Turkey", "W-SU",
    ]
}
