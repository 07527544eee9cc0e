import Synchronization

/// The time zones of this process, from the TZif files of a folder.
///
/// A zone's file is read when the zone is asked for first. ``reload(at:)`` reads it again when it has changed, as after
/// an upgrade of tzdata. Rules that were handed out never change: a search for occurrences works with one set of rules
/// from its beginning to its end, without a lock. A stage that keeps schedules compares ``generation`` once a pass,
/// which costs next to nothing, and lets them follow when it differs.
public final class ZoneDatabase: Sendable {
    /// The database that a process uses if nobody passes another. A main sets its folder before anything asks for a
    /// zone.
    public static let shared = ZoneDatabase(folder: "/usr/share/zoneinfo")

    private struct Known {
        var version: ZoneFolder.Version?
        /// The rules in the file, as they were read last; nil while the file can't be used.
        var file: ZoneRules?
        /// The rules in force: those of the file, and before it was replaced those of the file before.
        var rules: ZoneRules?
    }

    private struct State {
        var folder: ZoneFolder
        /// The zones that were asked for.
        var zones: [String: Known] = [:]
        var generation = 0
    }

    private let state: Mutex<State>

    /// Names without a usable file that are remembered, for the case that the file comes later.
    private static let unusableMax = 1_000

    /// `folder` has a TZif file for each zone, with the zone's name.
    public init(folder: String) {
        state = Mutex(State(folder: ZoneFolder(path: folder)))
    }

    /// Takes another folder, and forgets the zones of the old one.
    public func use(folder: String) {
        state.withLock { state in
            state = State(folder: ZoneFolder(path: folder), generation: state.generation + 1)
        }
    }

    /// Grows when a zone's rules have changed, or when a zone can be used that could not be used before.
    public var generation: Int { state.withLock { $0.generation } }

    /// Why no zone but UTC can be used; nil if the folder is as it should be.
    public var fault: String? {
        let folder = state.withLock { $0.folder }
        return folder.isReadable ? nil : "the folder of the time zones can't be read: \(folder.path)"
    }

    /// The zone of this name of the IANA database, spelled exactly.
    func zone(named name: String) throws(ZoneError) -> Zone {
        if Zone.namesOfUTC.contains(name) { return .utc }
        guard ZoneFolder.isName(name) else { throw .unknown }
        return try state.withLock { state throws(ZoneError) in
            if let rules = state.zones[name]?.rules { return .regional(rules) }
            let version = state.folder.version(of: name)
            do throws(ZoneError) {
                let rules = try state.folder.rules(of: name)
                if state.zones[name] != nil { state.generation += 1 }
                state.zones[name] = Known(version: version, file: rules, rules: rules)
                return .regional(rules)
            } catch {
                if state.zones.count(where: { $0.value.rules == nil }) < Self.unusableMax {
                    // Without its version, the file is tried again at the next look.
                    state.zones[name] = Known(version: error.isTemporary ? nil : version)
                }
                throw error
            }
        }
    }

    /// The zone with the same letters in another case, for a name that was not found.
    func suggestion(for name: String) -> String? {
        if let utc = Zone.namesOfUTC.first(where: { $0.lowercased() == name.lowercased() }) { return utc }
        return state.withLock { $0.folder }.suggestion(for: name)
    }
}

extension ZoneDatabase {
    /// What ``reload(at:)`` found.
    public struct Reload: Sendable, Equatable {
        /// The zones that have other rules now, or can be used only now; in the order of their names.
        public var changed: [String] = []
        /// The zones whose changed file can't be used, and why. They keep the rules that they had.
        public var unusable: [String: String] = [:]
        /// The instant from which the changed rules are in force.
        public var inForceFrom: Instant
    }

    /// Looks which files have changed, and reads those. It costs one `stat` for each zone that was asked for.
    ///
    /// New rules are in force from the next full minute on, which is more than a second away: a stage that works pass
    /// by pass notices them before. Occurrences before that minute stay what they were, so that none is made up in the
    /// past. If the offsets differ, that minute is a clock change: see ``Schedule/dst``.
    public func reload(at now: Instant) -> Reload {
        let minute = (now.secondsSinceEpoch + 1).flooredQuotient(by: 60) + 1
        var reload = Reload(inForceFrom: Instant(secondsSinceEpoch: minute * 60))
        state.withLock { state in
            for (name, known) in state.zones {
                let version = state.folder.version(of: name)
                guard version != known.version else { continue }
                do throws(ZoneError) {
                    let file = try state.folder.rules(of: name)
                    state.zones[name]?.version = version
                    guard file != known.file else { continue }
                    let rules = known.rules?.replaced(by: file, from: minute * 60) ?? file
                    state.zones[name] = Known(version: version, file: file, rules: rules)
                    reload.changed.append(name)
                } catch {
                    if !error.isTemporary { state.zones[name]?.version = version }
                    if known.rules != nil { reload.unusable[name] = "\(error)" }
                }
            }
            if !reload.changed.isEmpty { state.generation += 1 }
        }
        reload.changed.sort()
        return reload
    }
}
