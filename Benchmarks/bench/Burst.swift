import ArgumentParser
import Foundation
import JSON
import JobCore
import Logging
import Store
import StoreAccess

/// Jobs that are all due at the same instant, in the installation that the environment names.
struct Burst {
    let instant: Instant
    let storeURL: String
    let pidFolder: String
    private let store: any CompleteStore
    private let time = SystemTime()

    /// `count` is the number of jobs, so that there is time to register them.
    init(count: Int) throws {
        let environment = ProcessInfo.processInfo.environment
        guard let storeURL = environment["BELFRY_STORE_URL"], let pidFolder = environment["BELFRY_PIDS"] else {
            throw ValidationError("BELFRY_STORE_URL or BELFRY_PIDS is not set: run this program with Scripts/bench")
        }
        self.storeURL = storeURL
        self.pidFolder = pidFolder
        store = try StoreURL(parsing: storeURL).open(logger: Logger(label: "bench"))
        instant = Instant(secondsSinceEpoch: time.now().secondsSinceEpoch + 5 + Int64(count / 4_000))
    }

    /// Registers one job for each address, and waits until half a second before they are due.
    func register(_ addresses: [String]) async throws {
        try await put(addresses, of: "bench", at: instant)
        guard time.now() < instant else {
            throw ValidationError("registering the jobs took longer than planned: give a smaller count")
        }
        try await time.sleep(milliseconds: max(0, instant.milliseconds(since: time.now()) - 500))
    }

    /// Registers one job of a service for each address, due at an instant.
    func put(_ addresses: [String], of service: String, at instant: Instant) async throws {
        let expression = "at(\(instant.rfc3339.dropLast()))"
        for start in stride(from: 0, to: addresses.count, by: 2_000) {
            let jobs = (start..<min(start + 2_000, addresses.count)).map { index in
                Job(
                    name: JobName(service: service, job: "job-\(index)"),
                    target: InvocationTarget(kind: .http, address: addresses[index]),
                    schedule: ScheduleKey(expression), ttlSeconds: 3_600)
            }
            let batch = JobBatch(puts: jobs.map { JobBatch.Put($0) })
            _ = try await store.change(batch, by: ChangeAuthor(name: "local:bench"), now: time.now())
        }
    }

    /// Waits until `read` returns `count`. Throws if the value doesn't rise for a minute.
    func wait(for what: String, _ count: Int, _ read: () throws -> Int) async throws {
        var last = (value: -1, at: time.monotonicMilliseconds())
        while true {
            let value = try read()
            if value >= count { return }
            let now = time.monotonicMilliseconds()
            if value > last.value { last = (value, now) }
            guard now - last.at < 60_000 else {
                throw ValidationError("stopped at \(value) of \(count) \(what): no progress for a minute")
            }
            try await time.sleep(milliseconds: 10)
        }
    }

    /// Milliseconds since the instant.
    var elapsedMilliseconds: Int64 { time.now().milliseconds(since: instant) }

    /// Milliseconds from the instant to each of these, in ascending order.
    func milliseconds(_ arrivals: [Instant]) -> [Int64] {
        arrivals.map { $0.milliseconds(since: instant) }.sorted()
    }

    /// Writes a result as one line of JSON.
    static func print(_ result: [String: JSONValue]) {
        FileHandle.standardOutput.write(Data((JSONValue.object(result).text + "\n").utf8))
    }
}
