import ArgumentParser
import Foundation
import HTTPClient
import Settings

struct ReadyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ready", abstract: "Asks a daemon of this machine whether it can do its work.",
        discussion: """
            For the health checks of containers, which have no other client. It exits with 0 if the daemon is ready, \
            and with 1 if it is not or does not answer within 3 seconds.
            """)
    private static let answerSecondsMax = 3

    @Option(AllSettings.healthListen) var healthListen: String?

    func run() async throws {
        let settings = Settings(program: .belfry, flags: ["health-listen": healthListen])
        var address = try AllSettings.healthListen.value(in: settings)
        // What listens on all addresses is asked on this machine's own.
        if ["0.0.0.0", "::", "*"].contains(address.host) { address.host = "127.0.0.1" }
        let url = "http://\(address)/readyz"
        let request = ClientRequest(
            method: "GET", url: url, headers: [], body: [], timeoutMilliseconds: Self.answerSecondsMax * 1_000,
            responseBodyBytesMax: 65_536)
        switch await OneRequest.send(request) {
        case .response(let response):
            let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n").map(String.init)
            guard response.status == 200 else {
                throw Refused(lines: lines.isEmpty ? ["\(url) answers \(response.status)"] : lines)
            }
            for line in lines { Output.line(line) }
        case .failure(let failure, let detail, _):
            throw Refused("no answer from \(url): \(failure) (\(detail)); is the daemon started with this address?")
        }
    }
}
