import JSON
public import JobCore

/// How far a replay has come, as its file keeps it. A replay that is started again with the file goes on from there.
public struct ReplayPosition: Sendable, Equatable, Codable {
    /// What the operator asked for, as it was typed.
    public struct Request: Sendable, Equatable, Codable {
        public var archive: String
        public var since: String?
        public var until: String?
        public var fromOffset: Int64?
        public var filters: [String]
        public var destination: String

        public init(
            archive: String, since: String?, until: String?, fromOffset: Int64?, filters: [String], destination: String
        ) {
            (self.archive, self.since, self.until) = (archive, since, until)
            (self.fromOffset, self.filters, self.destination) = (fromOffset, filters, destination)
        }

        private enum CodingKeys: String, CodingKey {
            case archive, since, until, filters
            case fromOffset = "from_offset"
            case destination = "to"
        }
    }

    public let request: Request
    /// The bounds of the time as instants: “an hour ago” is another instant each time.
    public let since: Instant?
    public let until: Instant?
    /// The last message that was in the archive when the replay began.
    public let endOffset: Int64
    /// The last message that is done: confirmed, or not to be replayed. Nil before the first.
    public var lastOffset: Int64?
    /// The id of that message.
    public var lastID: String?
    /// The number of messages that were replayed, and that could not be read.
    public var replayedCount: Int64 = 0
    public var unreadableCount: Int64 = 0
    /// The number of messages that the archive had removed before they were read.
    public var removedCount: Int64 = 0

    /// A replay that begins.
    public init(_ request: Request, since: Instant?, until: Instant?, endOffset: Int64) {
        (self.request, self.since, self.until, self.endOffset) = (request, since, until, endOffset)
    }

    private enum CodingKeys: String, CodingKey {
        case request
        case since = "since_ms"
        case until = "until_ms"
        case endOffset = "end_offset"
        case lastOffset = "last_offset"
        case lastID = "last_id"
        case replayedCount = "replayed"
        case unreadableCount = "unreadable"
        case removedCount = "removed"
    }

    /// The file's content. Throws nothing that a position can cause.
    public func bytes() throws -> [UInt8] { try JSONWriter.bytes(of: self) }

    /// Reads a file for this request. Throws ``FileFault`` if it is no position, or that of another request.
    public static func read(
        _ bytes: [UInt8], file: String, for request: Request
    ) throws(FileFault) -> ReplayPosition {
        let position: ReplayPosition
        do throws(JSONError) {
            position = try JSONDecoding.decode(ReplayPosition.self, from: bytes)
        } catch {
            throw FileFault(
                file, "is no position of a replay (\(error)): give another file, or remove it to begin anew")
        }
        guard position.request == request else {
            throw FileFault(
                file, "is the position of another replay: give the same range, filters and destination, or another file"
            )
        }
        let numbers = [
            position.endOffset, position.lastOffset ?? 0, position.replayedCount, position.unreadableCount,
            position.removedCount,
        ]
        guard numbers.allSatisfy({ $0 >= 0 }), position.lastOffset ?? 0 <= position.endOffset else {
            throw FileFault(file, "has numbers that no replay writes: remove it to begin anew")
        }
        return position
    }

    /// Why the archive can't be the one that the position is about; nil when it can. `range` are the messages that the
    /// archive has now, nil if it has none.
    public func fault(inArchive range: ClosedRange<Int64>?) -> String? {
        guard let lastOffset, range.map({ $0.upperBound < lastOffset }) ?? true else { return nil }
        return "the archive ends before the position of the file, so it is another archive: remove the file to begin "
            + "anew"
    }

    /// The next message has this offset. The numbers of an archive have no gaps, so what is between it and the last
    /// that is done was removed: that is counted, passed, and answered. `start` is the first message of the replay.
    public mutating func pass(to offset: Int64, from start: Int64) -> ClosedRange<Int64>? {
        let expected = lastOffset.map { $0 + 1 } ?? start
        let end = min(offset - 1, endOffset)
        guard expected <= end else { return nil }
        removedCount += end - expected + 1
        (lastOffset, lastID) = (end, nil)
        return expected...end
    }

    /// Whether a message is the last that is done. It must have the id that the file has; with another one, the archive
    /// is another archive.
    public func isLast(offset: Int64, id: String?) -> (isLast: Bool, isSameArchive: Bool) {
        offset == lastOffset ? (true, id == lastID) : (false, true)
    }
}
