import ArgumentParser
import BrokerAccess
import Commands
import HTTPServer
import JobCore
import RabbitMQ
import Settings
import StageKit

struct MockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "Runs a mock service that is invoked, sends heartbeats and reports the end.",
        discussion: """
            The flags say what the mock does with every invocation. A webhook may ask for something else by its path:
              /succeed      accepts the webhook, sends heartbeats, reports success
              /fail         accepts the webhook, sends heartbeats, reports fail
              /silent       accepts the webhook and sends no callback
              /status/CODE  answers the webhook with this status, 200 to 599
            and by the query parameters heartbeats=N (at most 10000) and every_ms=N between two callbacks (at most \
            3600000). It answers 400 to what is out of range.
            It prints one line of JSON for each invocation and each callback.
            """)
    @OptionGroup var behaviourOptions: MockOptions
    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var sqsOptions: SQSOptions
    @Option(help: "Take webhooks at this address, host:port. (default: 127.0.0.1:9090)", transform: Self.address)
    var listen: ListenAddress?
    @Option(
        help: "Read invocations from this queue at BELFRY_SERVICE_AMQP_URL. It is declared, as a durable quorum queue.",
        transform: Self.queueName)
    var queue: String?
    @Option(AllSettings.serviceAMQPURL) var serviceAMQPURL: String?
    @Option(
        name: .customLong("sqs-queue-url"),
        help: "Read invocations from this queue of SQS. The credentials are those of the AWS environment.",
        transform: Arguments.notEmpty)
    var sqsQueueURL: String?
    @Option(
        help: """
            How it calls back: http (the callback_url), queue (the callbacks exchange at BELFRY_AMQP_URL), sqs (the \
            queue that a message names in x-belfry-callback-queue-url, else that of BELFRY_SQS_CALLBACK_QUEUE_URL).
            """, completion: .choices(of: MockCaller.Way.self), transform: Arguments.choice)
    var callbacks = MockCaller.Way.http

    private static let defaultAddress = ListenAddress("127.0.0.1:9090")

    @Sendable private static func address(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else { throw ValidationError("give host:port") }
        return address
    }

    @Sendable private static func queueName(_ text: String) throws -> String {
        guard 1...255 ~= text.utf8.count else { throw ValidationError("give a name of 1 to 255 bytes") }
        return text
    }

    func validate() throws {
        guard queue == nil || sqsQueueURL == nil else {
            throw ValidationError("give --queue or --sqs-queue-url, and not both: a mock reads one queue")
        }
    }

    func run() async throws {
        let caller = try MockCaller(callbacks, broker: brokerOptions, sqs: sqsOptions)
        let player = MockPlayer(caller: caller, seed: behaviourOptions.seed)
        let behaviour = behaviourOptions.behaviour
        let reader = try invocationQueue().map { MockQueue(queue: $0, player: player, behaviour: behaviour) }
        let address = listen ?? (reader == nil ? Self.defaultAddress : nil)
        let connections = Task { await caller.run() }
        defer { connections.cancel() }
        try await withThrowingTaskGroup { group in
            if let reader { group.addTask { await reader.run() } }
            if let address {
                let service = MockService(player: player, behaviour: behaviour, refusal: behaviourOptions.refuse)
                group.addTask {
                    try await WebServer(address: address, logger: OutputLogHandler.logger, router: service.router)
                        .run()
                }
            }
            // The first source that ends, ends all: the server ends at SIGTERM.
            try await group.next()
            group.cancelAll()
        }
    }

    /// Nil if none is given. Throws ``SettingsError`` if its settings are wrong.
    private func invocationQueue() throws -> (any InvocationQueue)? {
        if let queue {
            let connection = try ServiceBrokerSettings.connection(
                ofService: Settings(
                    program: .belfry,
                    flags: ["service-amqp-url": serviceAMQPURL, "amqp-ca-file": brokerOptions.amqpCAFile]),
                name: "belfry mock")
            return ServiceQueue(
                options: connection, name: queue, prefetch: MockQueue.batchMax, logger: OutputLogHandler.logger)
        }
        guard let sqsQueueURL else { return nil }
        let settings = try sqsOptions.settings()
        do throws(SQSQueueURL.Fault) {
            return SQSInvocationQueue(try SQSQueueURL(sqsQueueURL, endpoint: settings.endpoint), settings: settings)
        } catch {
            throw SettingsError("--sqs-queue-url is invalid: the URL \(error)")
        }
    }
}
