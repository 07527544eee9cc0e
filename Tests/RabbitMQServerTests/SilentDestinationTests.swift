import JSON
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests.ServiceBrokerTests {
    /// Makes a quorum queue and suspends its process: like a queue without its majority, it takes messages and confirms
    /// none.
    private func declareSilent(_ node: PrivateBroker, _ admin: inout AMQPHandle) async throws {
        try admin.declareQueue("silent", arguments: ["x-queue-type": .string("quorum")], passively: false)
        try await node.control(["eval", "sys:suspend('%2F_silent')."])
    }

    private func resume(_ node: PrivateBroker) async throws {
        try await node.control(["eval", "sys:resume('%2F_silent')."])
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

    @Test func `a destination that never confirms costs only its own message, though new ones are tried meanwhile`()
        async throws
    {
        try await withServices { broker, node, admin in
            try await declareSilent(node, &admin)
            let fresh = (0..<20).map { "fresh-\($0)" }
            for queue in fresh { try admin.declareQueue(queue, arguments: [:], passively: false) }
            async let silence = publish(broker, to: "silent")
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
            try await resume(node)
            _ = try await until("the queue confirms again") {
                await publish(broker, to: "silent") == .confirmed ? true : nil
            }
            try await delete(["silent"] + fresh, node)
        }
    }

    @Test func `a message that is given up before its time is up does not take the next one with it`() async throws {
        try await withServices { broker, node, admin in
            try await declareSilent(node, &admin)
            try admin.declareQueue("fresh", arguments: [:], passively: false)
            let hasty = await broker.publish(message("", "silent"), withinMilliseconds: 500)
            #expect(hasty.isUnavailable)
            let next = await publish(broker, to: "fresh")
            #expect(next == .confirmed)
            // A late confirm belongs to the message before.
            try await resume(node)
            try await Task.sleep(for: .milliseconds(200))
            let last = await publish(broker, to: "no-queue")
            #expect(last == .unroutable)
            try await delete(["silent", "fresh"], node)
        }
    }

    @Test func `destinations that work lose no attempt to one that has stopped confirming`() async throws {
        try await withServices { broker, node, admin in
            try admin.declareQueue("silent", arguments: ["x-queue-type": .string("quorum")], passively: false)
            #expect(await publish(broker, to: "silent") == .confirmed)
            try await declareSilent(node, &admin)
            async let silence = withTaskGroup { group in
                for _ in 0..<50 { group.addTask { await publish(broker, to: "silent") } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let clock = ContinuousClock.now
            var slowest = Duration.zero
            while ContinuousClock.now - clock < .seconds(10) {
                let begun = ContinuousClock.now
                #expect(await broker.publish(message("good", "open"), withinMilliseconds: 15_000) == .confirmed)
                slowest = max(slowest, ContinuousClock.now - begun)
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(slowest < .seconds(6), "the slowest took \(slowest)")
            #expect(await silence.allSatisfy(\.isUnavailable))
            try await resume(node)
            try await delete(["silent"], node)
        }
    }
}
