import NIOCore
import Synchronization

/// The open connections of a server, with the channels that ``ConnectionTable`` has closed.
final class Connections: Sendable {
    private struct State {
        var table: ConnectionTable
        var channels: [ConnectionTable.ID: any Channel] = [:]
        var lastID = 0

        mutating func remove(_ ids: [ConnectionTable.ID]) -> [any Channel] {
            ids.compactMap { channels.removeValue(forKey: $0) }
        }
    }

    let limits: ConnectionLimits
    private let state: Mutex<State>

    init(_ limits: ConnectionLimits) {
        self.limits = limits
        state = Mutex(State(table: ConnectionTable(limits)))
    }

    func open(_ channel: any Channel) -> ConnectionTable.ID {
        let (id, surplus) = state.withLock { state in
            state.lastID += 1
            state.channels[state.lastID] = channel
            return (state.lastID, state.remove(state.table.open(state.lastID)))
        }
        for channel in surplus { channel.close(promise: nil) }
        return id
    }

    func receive(_ bytes: Int, of id: ConnectionTable.ID) {
        let surplus = state.withLock { $0.remove($0.table.receive(bytes, of: id)) }
        for channel in surplus { channel.close(promise: nil) }
    }

    func wait(_ id: ConnectionTable.ID) {
        state.withLock { $0.table.wait(id) }
    }

    func work(_ id: ConnectionTable.ID) {
        state.withLock { $0.table.work(id) }
    }

    func release(_ bytes: Int, of id: ConnectionTable.ID) {
        guard bytes > 0 else { return }
        state.withLock { $0.table.release(bytes, of: id) }
    }

    func remove(_ id: ConnectionTable.ID) {
        state.withLock { state in
            state.table.remove(id)
            state.channels[id] = nil
        }
    }
}
