import FoundationEssentials

/// A part of a schedule's jobs: those from one key to another, in the order of services and then of job ids.
///
///     JobRange(from: nil, to: JobRange.Key(service: "billing", slot: 0))   // all services before `billing`
///
/// Ranges whose ends meet hold every job once, whatever jobs there are: also one that is put after they were cut.
public struct JobRange: Sendable, Hashable {
    /// A place in the order of a schedule's jobs.
    public struct Key: Sendable, Hashable {
        public var service: String
        public var id: JobID

        public init(service: String, id: JobID) {
            self.service = service
            self.id = id
        }

        /// The place of a job.
        public init(_ name: JobName) {
            self.init(service: name.service, id: name.id)
        }

        /// The place before the service's jobs of this slot, 0 to 65,535. The slot of a job is the first two bytes of
        /// its id. Ids are hashes, so the jobs of a service spread evenly.
        public init(service: String, slot: Int) {
            let slot = UInt16(clamping: slot)
            let bytes = uuid_t(UInt8(slot >> 8), UInt8(slot & 0xFF), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
            self.init(service: service, id: JobID(UUID(uuid: bytes)))
        }
    }

    /// The number of slots of a service.
    public static let slotCount = 65_536
    /// All jobs of a schedule.
    public static let all = JobRange(from: nil, to: nil)

    /// The first place that belongs to the range; nil when it begins with the first job of all.
    public var from: Key?
    /// The first place behind the range; nil when it ends with the last job of all.
    public var to: Key?

    public init(from: Key?, to: Key?) {
        self.from = from
        self.to = to
    }

    /// Whether the job belongs to the range.
    public func contains(_ name: JobName) -> Bool {
        let key = Key(name)
        return from.map { $0 <= key } ?? true && to.map { key < $0 } ?? true
    }
}

extension JobRange.Key: Comparable {
    public static func < (first: JobRange.Key, second: JobRange.Key) -> Bool {
        (first.service, first.id.uuid) < (second.service, second.id.uuid)
    }
}
