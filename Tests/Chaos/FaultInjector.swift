import Foundation
import JobCore
import Messaging
import TestServers

/// Does the faults of a plan to an installation, and undoes them.
struct FaultInjector {
    let installation: Installation
    let ledger: ChaosLedger
    let poison: PoisonPublisher
    let changer: JobChanger
    let proxies: [Fault.Link: [TCPProxy]]

    /// What a fault damaged gets at least this long before the next outage, also when the broker was slow to start.
    private static let pause = Duration.seconds(2)

    /// Acts the steps of a plan, each at its time, and notes down when they really began and ended.
    func run(_ plan: ChaosPlan) async throws {
        let begin = ContinuousClock.now
        let end = begin + .milliseconds(plan.durationMilliseconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for track in [plan.outages, plan.blows] {
                group.addTask {
                    var earliest = begin
                    for step in track {
                        let duration = Duration.milliseconds(step.durationMilliseconds)
                        let start = max(begin + .milliseconds(step.beginMilliseconds), earliest)
                        if start + duration > end { return }
                        try await Task.sleep(until: start)
                        try await disturb(step.fault, for: duration)
                        earliest = ContinuousClock.now + Self.pause
                    }
                }
            }
            try await group.waitForAll()
        }
        try await Task.sleep(until: end)
    }

    private func disturb(_ fault: Fault, for duration: Duration) async throws {
        var begin = ledger.now()
        if case .purge(let queue) = fault {
            begin = try await purge(queue)
        } else {
            try await act(fault, for: duration)
        }
        ledger.add(Facts.Disturbance(fault: fault, begin: begin, end: ledger.now()))
    }

    private func act(_ fault: Fault, for duration: Duration) async throws {
        switch fault {
        case .purge: break
        case .kill(let programs):
            for program in programs { installation.killProgram(program) }
            for program in programs {
                try await installation.untilEnded(program)
            }
            try await Task.sleep(for: duration)
            for program in programs { try await installation.startProgram(program) }
        case .restart(let programs):
            for program in programs { try await restart(program) }
        case .freeze(let programs):
            // A program that is killed meanwhile has another pid afterwards.
            try await freeze(programs.map { installation.pid($0) }, for: duration)
        case .freezeBroker: try await freeze(installation.nodes.map(installation.pid(ofNode:)), for: duration)
        case .killBroker: try await stopBroker("kill", for: duration)
        case .restartBroker: try await stopBroker("stop", for: duration)
        case .alarmBroker:
            let setting = "set_vm_memory_high_watermark"
            try await alarmBroker([setting, "0.00001"], end: [setting, "absolute", "2GB"], for: duration)
        case .killNode(let node): try await stopNode(node, "kill", for: duration)
        case .restartNode(let node): try await stopNode(node, "stop", for: duration)
        case .freezeNode(let node): try await freeze([installation.pid(ofNode: node)], for: duration)
        case .partition(let partition): try await act(partition, for: duration)
        case .diskAlarmBroker:
            let setting = "set_disk_free_limit"
            try await alarmBroker([setting, "1000000GB"], end: [setting, "50MB"], for: duration)
        case .latency(let link):
            for proxy in proxies(of: link) { proxy.delay(milliseconds: 200) }
            try await Task.sleep(for: duration)
            for proxy in proxies(of: link) { proxy.delay(milliseconds: 0) }
        case .halfOpen(let link):
            for proxy in proxies(of: link) { proxy.silence() }
            try await Task.sleep(for: duration)
            for proxy in proxies(of: link) { proxy.endSilence() }
        case .resetConnections(let link):
            for proxy in proxies(of: link) { proxy.reset() }
        case .changeJobs: try await changer.putAll()
        case .pauseJobs: try await changer.pauseSome(for: duration)
        case .lockStore: try await lockStore(for: duration)
        case .killStore: try await stopStore("kill", for: duration)
        case .restartStore: try await stopStore("stop", for: duration)
        case .freezeStore: try await freeze(try installation.storePIDs(), for: duration)
        case .failOverStore:
            try await installation.failOver()
            try await Task.sleep(for: duration)
            try await installation.renewStandby()
        case .poison: ledger.addPoison(try await poison.publish())
        }
    }

    private func proxies(of link: Fault.Link) -> [TCPProxy] { proxies[link] ?? [] }

    private func restart(_ program: String) async throws {
        try await installation.endProgram(program)
        try await installation.startProgram(program)
        try await installation.untilReady(program)
    }

    func freeze(_ pids: [Int32], for duration: Duration) async throws {
        for pid in pids where pid > 0 { Foundation.kill(pid, SIGSTOP) }
        defer { for pid in pids where pid > 0 { Foundation.kill(pid, SIGCONT) } }
        try await Task.sleep(for: duration)
    }

    private func lockStore(for duration: Duration) async throws {
        if installation.usesPostgres {
            // Another fault may end the connection.
            _ = try await installation.lockStore(for: duration)
            return
        }
        let lock = try await until("the store is locked") { try? StoreLock(path: installation.storePath) }
        try await Task.sleep(for: duration)
        try lock.release()
    }

    private func stopStore(_ action: String, for duration: Duration) async throws {
        try await installation.postgres(action)
        try await Task.sleep(for: duration)
        try await installation.postgres("restart")
    }

    private func stopBroker(_ action: String, for duration: Duration) async throws {
        try await installation.broker(action)
        try await Task.sleep(for: duration)
        try await installation.broker("start")
    }

    /// Purges a queue once the broker lets it. Returns the begin of the try that succeeded. In a cluster it is that of
    /// the first try: a node that gives no answer may have led the request to another, which purges the queue later.
    private func purge(_ queue: WorkQueue) async throws -> Instant {
        let first = ledger.now()
        return try await until("\(queue.rawValue) is purged") {
            let begin = installation.nodeCount == 1 ? ledger.now() : first
            let answer = try? await installation.controlBroker(["purge_queue", "belfry.\(queue.rawValue)"])
            return answer.map { _ in begin }
        }
    }
}
