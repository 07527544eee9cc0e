/// What an import is told besides the files.
public struct ImportOptions: Sendable {
    /// The service of jobs whose source names none.
    public var service: String?
    /// Where jobs go whose source names nothing that Belfry can call.
    public var target: TargetTemplate?
    /// The ttl of jobs whose source has none; nil takes the default, with a note.
    public var ttlSeconds: Int64?
    /// The time zone of schedules whose source names none; nil takes UTC, with a note.
    public var timeZone: String?
    /// Whether lines of a crontab have a user, as those of `/etc/crontab` do.
    public var hasUserColumn: Bool

    /// An hour.
    public static let ttlSecondsDefault: Int64 = 3_600

    public init(
        service: String? = nil, target: TargetTemplate? = nil, ttlSeconds: Int64? = nil, timeZone: String? = nil,
        hasUserColumn: Bool = false
    ) {
        self.service = service
        self.target = target
        self.ttlSeconds = ttlSeconds
        self.timeZone = timeZone
        self.hasUserColumn = hasUserColumn
    }
}
