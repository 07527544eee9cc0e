import InMemoryLogging
import JSON
import Logging
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests.ServiceBrokerTests {
    /// Makes a quorum queue and suspends its process for the length of a test: like a queue without its majority, it
    /// takes messages and confirms none.
    private func withSilent(
        _ queue: String, _ node: PrivateBroker, _ admin: inout AMQPHandle,
        _ test: (_ resume: () async throws -> Void) async throws -> Void
    ) async throws {
        try admin.declareQueue(queue, arguments: ["x-queue-type": .string("quorum")], passively: false)
        try await node.control(["eval", "sys:suspend('%2F_\(queue)')."])
        let resume: () async throws -> Void = { try await node.control(["eval", "sys:resume('%2F_\(queue)')."]) }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await test(resume)) } catch { outcome = .failure(error) }
        // A second time has no effect.
        try await resume()
        try await delete([queue], node)
        try outcome.get()
    }

    private func delete(_ queues: [String], _ node: PrivateBroker) async throws {
        let names = queues.map { "<<\"\($0)\">>" }.joined(separator: ",")
        let delete =
            "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, N)), "
            + "rabbit_amqqueue:delete(Q, false, false, <<\"test\">>)"
        try await node.control(["eval", "[begin \(delete) end || N <- [\(names)]]."])
    }

    private func publish(_ broker: ServiceBroker, to queue: String) async -> ServiceBroker.Answer {
        await broker.publish(message("", queue), withinMilliseconds: 15_000)
    }

    private func depth(of queue: String, on node: PrivateBroker) async throws -> Int? {
        let lines = try await node.control(["list_queues", "name", "messages"]).split(separator: "\n")
        return lines.map { $0.split(separator: "\t") }.first { $0.first == queue[...] }.flatMap { Int($0[1]) }
    }

    @Test func `a destination that never confirms costs only its own message, though new ones are tried meanwhile`()
        async throws
    {
        let log = InMemoryLogHandler()
        try await withServices(logger: Logger(label: "test") { _ in log }) { broker, node, admin in
            let fresh = (0..<20).map { "fresh-\($0)" }
            for queue in fresh { try admin.declareQueue(queue, arguments: [:], passively: false) }
            try await withSilent("silent-trial", node, &admin) { resume in
                async let silence = publish(broker, to: "silent-trial")
                // Their trials are spread over the time in which the silent one is waited for, and given up.
                let answers = await withTaskGroup { group in
                    for (number, queue) in fresh.enumerated() {
                        group.addTask {
                            try? await Task.sleep(for: .milliseconds(200 * number))
                            return await publish(broker, to: queue)
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.count { $0 == .confirmed } == fresh.count, "\(answers)")
                #expect(await silence.isUnavailable)
                try await resume()
                _ = try await until("the queue confirms again") {
                    await publish(broker, to: "silent-trial") == .confirmed ? true : nil
                }
            }
            try await delete(fresh, node)
        }
        let advice = log.entries.filter { "\($0.message)".contains("check that every quorum queue has its majority") }
        #expect(advice.count == 1 && advice.first?.level == .warning, "\(log.entries)")
    }

    @Test func `a message that is given up before its time is up does not take the next ones with it`() async throws {
        try await withServices { broker, node, admin in
            try admin.declareQueue("fresh", arguments: [:], passively: false)
            try await withSilent("silent-hasty", node, &admin) { resume in
                let hasty = await broker.publish(message("", "silent-hasty"), withinMilliseconds: 500)
                #expect(hasty.isUnavailable)
                let next = await publish(broker, to: "fresh")
                #expect(next == .confirmed)
                // The late confirm belongs to the message before.
                try await resume()
                _ = try await until("the queue has the message that was given up") {
                    try await depth(of: "silent-hasty", on: node) == 1 ? true : nil
                }
                for number in 0..<5 {
                    let answer = await publish(broker, to: "no-queue-\(number)")
                    #expect(answer == .unroutable)
                }
                let again = await publish(broker, to: "silent-hasty")
                #expect(again == .confirmed, "half a second told nothing of the destination")
            }
            try await delete(["fresh"], node)
        }
    }

    @Test func `destinations that work lose no attempt to one that has stopped confirming`() async throws {
        try await withServices { broker, node, admin in
            try admin.declareQueue("silent-main", arguments: ["x-queue-type": .string("quorum")], passively: false)
            #expect(await publish(broker, to: "silent-main") == .confirmed)
            try await withSilent("silent-main", node, &admin) { _ in
                async let silence = withTaskGroup { group in
                    for _ in 0..<50 { group.addTask { await publish(broker, to: "silent-main") } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                let clock = ContinuousClock.now
                while ContinuousClock.now - clock < .seconds(10) {
                    #expect(await broker.publish(message("good", "open"), withinMilliseconds: 15_000) == .confirmed)
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(await silence.allSatisfy(\.isUnavailable))
            }
        }
    }
}
