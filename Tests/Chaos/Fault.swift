public import Messaging

/// A disturbance of an installation. Programs are named as `Scripts/up` names them: `courierd.2`.
public enum Fault: Sendable, Hashable, CustomStringConvertible {
    /// SIGKILL, and a new start at the end.
    case kill([String])
    /// One program after the other: SIGTERM, and a new start once it has ended; the next one when it is ready.
    case restart([String])
    /// SIGSTOP, and SIGCONT at the end.
    case freeze([String])
    case killBroker
    case restartBroker
    case freezeBroker
    /// No memory left by the broker's own setting: it blocks publishers.
    case alarmBroker
    /// Less disk free than the broker wants: it blocks publishers.
    case diskAlarmBroker
    /// Another program holds the store's write lock; in PostgreSQL, a lock of the executions.
    case lockStore
    /// PostgreSQL ends at once, without a last word, and is started again at the end.
    case killStore
    /// PostgreSQL is stopped in order, and started again at the end.
    case restartStore
    /// SIGSTOP of all processes of PostgreSQL, and SIGCONT at the end.
    case freezeStore
    /// PostgreSQL is killed, and its standby promoted. At the end a new standby takes the place of the killed server.
    case failOverStore
    /// SIGKILL of one node of a cluster, and a new start at the end.
    case killNode(Int)
    /// One node of a cluster is stopped in order, and started again at the end.
    case restartNode(Int)
    /// SIGSTOP of one node of a cluster, and SIGCONT at the end.
    case freezeNode(Int)
    case partition(Partition)
    /// Between the stages and a server, each byte takes 200 ms longer, in either direction.
    case latency(Link)
    /// Between the stages and a server nothing passes, and neither side learns of it. New connections work from the end
    /// on; those that were open or made meanwhile never do.
    case halfOpen(Link)
    /// All connections of the stages to a server are reset.
    case resetConnections(Link)
    case purge(WorkQueue)
    /// A message that can't be handled, into every queue.
    case poison

    /// Every job is put again, with the same schedule and another payload, description, backoff and ttl.
    case changeJobs
    /// An operator pauses every other job, and resumes it at the end.
    case pauseJobs

    /// The server that a connection leads to.
    public enum Link: String, Sendable, Hashable, CaseIterable { case broker, store }

    /// The kinds of faults, without what they are done to.
    public enum Kind: String, Sendable, CaseIterable {
        case kill, killPair, restart, freeze, killBroker, restartBroker, freezeBroker, alarmBroker, lockStore, purge
        case poison, killStore, restartStore, freezeStore, diskAlarmBroker, changeJobs, pauseJobs
        case latencyBroker, halfOpenBroker, resetBroker, latencyStore, halfOpenStore, resetStore, failOverStore
        case rollingRestart
        case killNode, restartNode, freezeNode, partition

        /// Those that need a cluster of three nodes.
        static let ofCluster: Set = [killNode, restartNode, freezeNode, partition]

        /// Those that need a proxy before the broker. A cluster has none.
        static let ofBrokerProxy: Set = [latencyBroker, halfOpenBroker, resetBroker]

        /// Those that need the server of a store: SQLite has none.
        static let ofStoreServer: Set = [
            killStore, restartStore, freezeStore, failOverStore, latencyStore, halfOpenStore, resetStore,
        ]

        /// Those that an installation with one node and a store in SQLite can have.
        public static let ofSQLite = possible(store: "sqlite", nodes: 1)

        /// Those that an installation can have.
        public static func possible(store: String, nodes: Int) -> Set<Kind> {
            let all = Set(allCases).subtracting(nodes == 1 ? ofCluster : ofBrokerProxy)
            return store == "sqlite" ? all.subtracting(ofStoreServer) : all
        }
    }

    public var kind: Kind {
        switch self {
        case .kill(let programs): programs.count > 1 ? .killPair : .kill
        case .restart(let programs): programs.count > 1 ? .rollingRestart : .restart
        case .freeze: .freeze
        case .killBroker: .killBroker
        case .restartBroker: .restartBroker
        case .freezeBroker: .freezeBroker
        case .alarmBroker: .alarmBroker
        case .diskAlarmBroker: .diskAlarmBroker
        case .changeJobs: .changeJobs
        case .pauseJobs: .pauseJobs
        case .lockStore: .lockStore
        case .killStore: .killStore
        case .restartStore: .restartStore
        case .freezeStore: .freezeStore
        case .failOverStore: .failOverStore
        case .killNode: .killNode
        case .restartNode: .restartNode
        case .freezeNode: .freezeNode
        case .partition: .partition
        case .latency(let link): link == .broker ? .latencyBroker : .latencyStore
        case .halfOpen(let link): link == .broker ? .halfOpenBroker : .halfOpenStore
        case .resetConnections(let link): link == .broker ? .resetBroker : .resetStore
        case .purge: .purge
        case .poison: .poison
        }
    }

    public var description: String {
        switch self {
        case .kill(let programs): "kill \(programs.joined(separator: " and "))"
        case .restart(let programs): "restart \(programs.joined(separator: ", "))"
        case .freeze(let programs): "freeze \(programs.joined(separator: " and "))"
        case .killBroker: "kill the broker"
        case .restartBroker: "restart the broker"
        case .freezeBroker: "freeze the broker"
        case .alarmBroker: "memory alarm of the broker"
        case .diskAlarmBroker: "disk alarm of the broker"
        case .changeJobs: "put every job again, changed"
        case .pauseJobs: "pause every other job"
        case .lockStore: "lock the store"
        case .killStore: "kill the store's server"
        case .restartStore: "restart the store's server"
        case .freezeStore: "freeze the store's server"
        case .failOverStore: "kill the store's server, promote its standby"
        case .killNode(let node): "kill node \(node) of the broker"
        case .restartNode(let node): "restart node \(node) of the broker"
        case .freezeNode(let node): "freeze node \(node) of the broker"
        case .partition(let partition): "partition of the broker: \(partition)"
        case .latency(let link): "200 ms more to the \(link.rawValue) and back"
        case .halfOpen(let link): "connections to the \(link.rawValue) silenced"
        case .resetConnections(let link): "connections to the \(link.rawValue) reset"
        case .purge(let queue): "purge \(queue.rawValue)"
        case .poison: "poison into every queue"
        }
    }

    /// Whether it stops a process of this stage for a while, such as `courierd`.
    func disturbs(_ stage: String) -> Bool {
        switch self {
        case .kill(let programs), .restart(let programs), .freeze(let programs):
            programs.contains { $0.hasPrefix(stage) }
        default: false
        }
    }

    /// Whether it may drop deliveries on their way to a courier.
    var dropsDeliveries: Bool { self == .purge(.courierDeliveries) || self == .purge(.courierBulk) }

    /// Whether it may drop due events on their way to a dispatcher.
    var dropsDueEvents: Bool { self == .purge(.dispatcherDue) || self == .purge(.dispatcherBulk) }

    /// Whether the store can't be used while it lasts.
    var disturbsStore: Bool {
        switch self {
        case .lockStore, .killStore, .restartStore, .freezeStore, .failOverStore: true
        case .latency(let link), .halfOpen(let link), .resetConnections(let link): link == .store
        default: false
        }
    }

    /// Whether connections to the broker break, or messages wait, while it lasts.
    var disturbsBroker: Bool {
        switch self {
        case .killBroker, .restartBroker, .freezeBroker, .alarmBroker, .diskAlarmBroker: true
        case .killNode, .restartNode, .freezeNode, .partition: true
        case .latency(let link), .halfOpen(let link), .resetConnections(let link): link == .broker
        default: false
        }
    }
}
