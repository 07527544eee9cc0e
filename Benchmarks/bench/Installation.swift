import ArgumentParser
import Foundation
import JSON

/// The installation that the environment names, which `Scripts/bench` has started.
struct Installation {
    let storeURL: String
    /// The file of SQLite; nil for a store in PostgreSQL.
    let storePath: String?
    let pidFolder: String
    /// The load of the machine when this program started: the averages over 1, 5 and 15 minutes.
    let loadAverages: [Double]

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let storeURL = environment["BELFRY_STORE_URL"], let pidFolder = environment["BELFRY_PIDS"]
        else {
            throw ValidationError("BELFRY_STORE_URL or BELFRY_PIDS is not set: run this program with Scripts/bench")
        }
        self.storeURL = storeURL
        self.pidFolder = pidFolder
        storePath = Self.path(ofStore: storeURL)
        var averages = [Double](repeating: 0, count: 3)
        loadAverages = getloadavg(&averages, 3) == 3 ? averages : []
    }

    /// The file of a store in SQLite; nil for one in PostgreSQL.
    static func path(ofStore url: String) -> String? {
        url.hasPrefix("sqlite:") ? String(url.dropFirst("sqlite:".count)) : nil
    }

    /// Waits until the ticker has taken up what was registered: until it uses less than a twentieth of a core over two
    /// seconds. It has no message or metric for that.
    func waitForIdleTicker() async throws {
        let meter = ProcessMeter(pidFolder: pidFolder)
        for _ in 0..<150 {
            let before = meter.read()
            try await Task.sleep(for: .seconds(2))
            let used = meter.read().cpuByProcess(since: before)
            if used["tickerd", default: 0] < 0.1 { return }
        }
        throw Failure("the ticker was not idle within five minutes")
    }
}
