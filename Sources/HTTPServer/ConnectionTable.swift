import DequeModule

/// The rule which connections of a server are closed to make room for others. Pure.
///
/// A connection either waits for its client, for a request or for the rest of one, or it is at work. Only those that
/// wait are closed, and the longest waiting one first. A connection that has just been accepted is therefore the last
/// to be closed: a client that sends its request at once is served however many others are silent.
struct ConnectionTable {
    typealias ID = Int

    private struct Entry {
        /// The place in the line of those that wait; nil while the connection is at work.
        var place: Int?
        var bodyBytes = 0
    }

    let limits: ConnectionLimits
    private var entries: [ID: Entry] = [:]
    /// The connections that wait, the longest waiting one first. A place that its connection has left stays in the line
    /// until it is first, or until half of the line are such places.
    private var line: Deque<(id: ID, place: Int)> = []
    private var placesGiven = 0
    private var bodyBytes = 0

    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// The number of open connections.
    var count: Int { entries.count }

    /// A connection was accepted, and waits. Returns those to close.
    mutating func open(_ id: ID) -> [ID] {
        entries[id] = Entry()
        wait(id)
        return entries.count > limits.connectionsMax ? removeLongestWaiting().map { [$0] } ?? [] : []
    }

    /// The connection waits for its client, from now on.
    mutating func wait(_ id: ID) {
        guard entries[id] != nil else { return }
        placesGiven += 1
        entries[id]?.place = placesGiven
        line.append((id, placesGiven))
        if line.count > 64, line.count > 2 * entries.count {
            line = line.filter { entries[$0.id]?.place == $0.place }
        }
    }

    /// A request is complete, and at work.
    mutating func work(_ id: ID) {
        entries[id]?.place = nil
    }

    /// Bytes of a body have arrived. Returns the connections to close; `id` itself if nothing else makes room.
    mutating func receive(_ bytes: Int, of id: ID) -> [ID] {
        guard entries[id] != nil else { return [] }
        entries[id]?.bodyBytes += bytes
        bodyBytes += bytes
        var closed: [ID] = []
        while bodyBytes > limits.bodyBytesMax, let longest = removeLongestWaiting(withBody: true) {
            closed.append(longest)
        }
        if bodyBytes > limits.bodyBytesMax, entries[id] != nil {
            remove(id)
            closed.append(id)
        }
        return closed
    }

    /// A request is answered: the bytes of its body are no longer held.
    mutating func release(_ bytes: Int, of id: ID) {
        guard entries[id] != nil else { return }
        entries[id]?.bodyBytes -= bytes
        bodyBytes -= bytes
    }

    /// The connection is closed.
    mutating func remove(_ id: ID) {
        bodyBytes -= entries.removeValue(forKey: id)?.bodyBytes ?? 0
    }

    private mutating func removeLongestWaiting(withBody: Bool = false) -> ID? {
        let found = line.first { entry in
            guard let waiting = entries[entry.id], waiting.place == entry.place else { return false }
            return !withBody || waiting.bodyBytes > 0
        }
        guard let id = found?.id else { return nil }
        remove(id)
        while let first = line.first, entries[first.id]?.place != first.place { line.removeFirst() }
        return id
    }
}
