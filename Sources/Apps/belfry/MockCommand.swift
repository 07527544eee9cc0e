import ArgumentParser
import Hummingbird
import Settings
import StageKit

struct MockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "Runs a mock service that takes webhooks, sends heartbeats and reports the end.",
        discussion: """
            The path of a job's invocation_target decides what the mock does:
              /succeed      accepts the webhook, sends heartbeats, reports success
              /fail         accepts the webhook, sends heartbeats, reports fail
              /silent       accepts the webhook and sends no callback
              /status/CODE  answers the webhook with this status, 200 to 599
            Query parameters: heartbeats=N (default 2, at most 10000), every_ms=N between two callbacks \
            (default 500, at most 3600000). It answers 400 to what is out of range.
            It prints one line of JSON for each webhook and each callback.
            """)
    @Option(help: "The address to listen on, host:port.") var listen = "127.0.0.1:9090"

    func run() async throws {
        guard let address = ListenAddress(listen) else { throw ValidationError("--listen takes host:port") }
        let service = MockService()
        let server = WebServer(address: address, logger: OutputLogHandler.logger, router: service.router)
        async let client: Void = service.runClient()
        try await server.run()
        await service.stop()
        await client
    }
}
