import Commands
import Foundation
import JSON

/// Shows how far a replay has come: a line about each second on a terminal or with `--json`, and one at the end.
struct ReplayProgress {
    private static let interval: Duration = .seconds(1)
    /// Unreadable events beyond these are only counted.
    private static let namedMax = 20

    let isJSON: Bool
    let isDryRun: Bool
    private let showsLines = isatty(STDERR_FILENO) == 1
    private var shownAt = ContinuousClock.now
    private var named = 0

    init(isJSON: Bool, isDryRun: Bool) {
        (self.isJSON, self.isDryRun) = (isJSON, isDryRun)
    }

    mutating func show(_ position: ReplayPosition) {
        guard ContinuousClock.now - shownAt >= Self.interval, isJSON || showsLines else { return }
        shownAt = .now
        if isJSON { return Output.line(Self.json(position, isDone: false, isDryRun).text) }
        let (last, end) = ((position.lastOffset ?? -1) + 1, position.endOffset + 1)
        Output.note(
            "\(last * 100 / max(1, end))% of the archive: offset \(last) of \(end), \(position.replayedCount) replayed")
    }

    func end(_ position: ReplayPosition) {
        if isJSON { return Output.line(Self.json(position, isDone: true, isDryRun).text) }
        let removed = position.removedCount == 0 ? "" : ", removed \(position.removedCount)"
        Output.line(
            "\(isDryRun ? "would replay" : "replayed") \(position.replayedCount), unreadable "
                + "\(position.unreadableCount)\(removed)")
    }

    /// The archive has no event.
    func endEmpty() {
        Output.line(isJSON ? Self.json(nil, isDone: true, isDryRun).text : "The archive is empty.")
    }

    mutating func unreadable(_ offset: Int64, _ reason: String) {
        named += 1
        guard named <= Self.namedMax else { return }
        let more = named == Self.namedMax ? "; further ones are only counted" : ""
        Output.note("event \(offset) of the archive is not replayed: \(reason)\(more)")
    }

    private static func json(_ position: ReplayPosition?, isDone: Bool, _ isDryRun: Bool) -> JSONValue {
        .object([
            "done": .bool(isDone), "dry_run": .bool(isDryRun), "replayed": .integer(position?.replayedCount ?? 0),
            "unreadable": .integer(position?.unreadableCount ?? 0), "removed": .integer(position?.removedCount ?? 0),
            "end_offset": position.map { .integer($0.endOffset) } ?? .null,
            "last_offset": position?.lastOffset.map(JSONValue.integer) ?? .null,
        ])
    }
}
