import ArgumentParser
import Hummingbird
import Logging
import Settings
import Observability
import StageKit

struct MockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "A service that answers webhooks, sends heartbeats and finishes as told.",
        discussion: """
            The path of a job's invocation_target says what the mock does:
              /succeed      takes the webhook, sends heartbeats, ends with success
              /fail         the same, ends with fail
              /silent       takes the webhook and says nothing more
              /status/CODE  answers the webhook with that status
            Query parameters: heartbeats=N (default 2), every_ms=N between callbacks (default 500).
            One JSON line for each webhook and callback goes to standard output.
            """)
    @Option(help: "host:port") var listen = "127.0.0.1:9090"

    func run() async throws {
        guard let address = ListenAddress(listen) else { throw ValidationError("--listen takes host:port") }
        LogFormat.bootstrap(.text, level: .warning)
        let service = MockService()
        let server = WebServer(address: address, logger: Logger(label: "mock"), router: service.router)
        async let client: Void = service.runClient()
        try await server.run()
        await service.stop()
        await client
    }
}
