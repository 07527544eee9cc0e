import CRabbitMQ
import Glibc
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// Guarantee: leaving a channel costs neither the broker nor this process more and more memory.
    @Suite struct ReplacedChannelTests {
        private func connect(_ node: PrivateBroker) throws -> AMQPHandle {
            try AMQPHandle.connect(
                BrokerURL(parsing: node.url), options: ConnectionOptions(urls: [], name: "replacing"))
        }

        /// Replaces the channel until that is refused; answers how often it was, and the refusal.
        private func replaceAll(_ handle: inout AMQPHandle) -> (count: Int, refusal: AMQPFailure?) {
            for count in 0..<1_000 {
                do throws(AMQPFailure) { try handle.replaceChannel() } catch { return (count, error) }
            }
            return (1_000, nil)
        }

        @Test func `a connection has 256 channels one after the other, and then it ends`() async throws {
            var handle = try connect(try await RealBroker.node.value)
            let (count, refusal) = replaceAll(&handle)
            #expect(count == 255)
            #expect(refusal?.endsChannelOnly == false && refusal?.isRefusal == false)
            #expect(refusal?.reason.hasPrefix("256 channels were used") == true, "\(String(describing: refusal))")
        }

        @Test(arguments: [1, 3])
        func `a broker that allows fewer channels is not asked for more`(channelsMax: Int) async throws {
            let node = try await RealBroker.node.value
            let was = try await node.control(["eval", "{ok, N} = application:get_env(rabbit, channel_max), N."])
            try await node.control(["eval", "application:set_env(rabbit, channel_max, \(channelsMax))."])
            let outcome: Result<(count: Int, refusal: AMQPFailure?), any Error>
            do {
                var handle = try connect(node)
                outcome = .success(replaceAll(&handle))
            } catch {
                outcome = .failure(error)
            }
            try await node.control(["eval", "application:set_env(rabbit, channel_max, \(was))."])
            let (count, refusal) = try outcome.get()
            #expect(count == channelsMax - 1)
            #expect(refusal?.reason.contains("every quorum queue has its majority") == true)
        }

        @Test func `a channel that the broker closes while it is being left is closed on both sides`() async throws {
            var handle = try connect(try await RealBroker.node.value)
            try handle.publish(AMQPMessage(exchange: "no-such-exchange", routingKey: "", body: [1]))
            // The broker's channel.close has arrived, and is not read yet.
            var request = pollfd(fd: handle.descriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&request, 1, 30_000) == 1)
            try handle.replaceChannel()
            #expect(try handle.readEvents().isEmpty)
            // The broker says nothing about a channel that it waits to see closed.
            amqp_channel_open(handle.raw, AMQPHandle.firstChannel)
            try handle.checkReply("channel.open")
        }
    }
}
