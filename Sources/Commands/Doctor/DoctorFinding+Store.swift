public import JobCore
public import Store

extension DoctorFinding {
    private static let storeCheck = "store"
    /// With less, a burst of runs may fill the disk before an operator notices.
    private static let freeBytesMin: Int64 = 1_000_000_000

    /// What to say about a store. `writeFault` says why this user can't write to it.
    public static func store(
        _ inspection: StoreInspection, writeFault: String?, place: String, now: Instant
    ) -> DoctorFinding {
        let (schema, known) = (inspection.schemaVersion, inspection.knownSchemaVersion)
        let newest = inspection.newestOccurrence.map { occurrence in
            "newest occurrence \(DurationText.shown(seconds: now.milliseconds(since: occurrence) / 1_000)) ago"
        }
        let found =
            "\(place), schema \(schema), \(ByteCountText.text(of: inspection.bytes)), "
            + (inspection.freeBytes.map { "\(ByteCountText.text(of: $0)) free, " } ?? "")
            + (newest ?? "no occurrence yet")
        if schema > known {
            return .wrong(
                storeCheck, "\(found): written by a newer Belfry, this program knows schema \(known)",
                next: "upgrade this program")
        }
        if let writeFault {
            return .wrong(
                storeCheck, "\(found): \(writeFault)",
                next: "make the files and their folder writable for the user of the daemons, and run this command as "
                    + "that user")
        }
        if let free = inspection.freeBytes, free < freeBytesMin {
            return .warning(
                storeCheck, "\(found): little space is left",
                next: "free some space on the disk, or lower BELFRY_HISTORY_DAYS of reaperd")
        }
        guard schema == known else {
            return .warning(
                storeCheck, "\(found): older than schema \(known) of this program",
                next: "back it up (belfry store backup FILE); the first daemon of this version brings it up to date")
        }
        return .ok(storeCheck, found)
    }

    /// What to say about a database that can't be read.
    public static func database(_ error: StoreError) -> DoctorFinding {
        let next =
            switch error {
            case .unavailable: "check that the server runs, and that this machine reaches it"
            case .unusable:
                "correct BELFRY_STORE_URL, or start a daemon with it, such as tickerd, which creates the store"
            }
        return .wrong(storeCheck, "\(error)", next: next)
    }

    /// What to say about a file that can't be read.
    public static func store(_ error: StoreError, isThere: Bool) -> DoctorFinding {
        guard isThere else {
            return .wrong(
                storeCheck, "\(error)",
                next: "correct BELFRY_STORE_URL, or start a daemon with it, such as tickerd, which creates the store")
        }
        let next =
            switch error {
            case .unavailable: "make it readable for the user of this command; belfry store check looks at it again"
            case .unusable: "correct BELFRY_STORE_URL; belfry store restore FILE puts a backup in its place"
            }
        return .wrong(storeCheck, "\(error)", next: next)
    }
}
