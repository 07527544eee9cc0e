import ArgumentParser
import Foundation
import JSON
import JobCore

/// Runs the service of the other benchmarks by itself, for the measurement of another system.
///
/// It prints its URL, runs until its standard input ends, and then prints when each webhook arrived.
struct StandaloneService: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Answers webhooks and reports success, until standard input ends.")

    func run() async throws {
        let service = try await FastService.start()
        FileHandle.standardOutput.write(Data("\(service.url)\n".utf8))
        while readLine() != nil {}
        let arrivals = service.arrivals.map { JSONValue.integer($0.at.millisecondsSinceEpoch) }
        FileHandle.standardOutput.write(
            Data((JSONValue.object(["arrivals_ms": .array(arrivals)]).text + "\n").utf8))
        await service.stop()
    }
}
