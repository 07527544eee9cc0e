import Glibc
import Messaging

/// Asks a broker about queues, over a connection of its own that ends with each question. Blocks the calling thread.
public struct QueueProbe: Sendable {
    private let options: ConnectionOptions

    public init(options: ConnectionOptions) {
        self.options = options
    }

    /// No broker could be reached, or it has refused the question. The description says which and why.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// What a queue holds, and how many consumers it has. Of a stream, RabbitMQ counts the messages only about, and no
    /// consumers.
    public struct Counts: Sendable, Equatable {
        public var messages: Int64
        public var consumers: Int64
    }

    /// The messages of a stream arrive at once. If none arrives for this long, there are none at this place.
    private static let answerMax: Duration = .seconds(5)
    /// More than a chunk holds, so that the broker sends all of the last one.
    private static let prefetch = 65_535

    /// The counts of a queue; nil if there is no such queue. Throws when no broker answers.
    public func counts(of queue: String) throws(Refusal) -> Counts? {
        do throws(AMQPFailure) {
            var handle = try connect()
            return try Self.counts(of: queue, &handle)
        } catch {
            throw Refusal(description: error.description(with: .pipeline))
        }
    }

    /// The numbers of the first message at a place of a stream and of the last that it has now; nil if it has none. If
    /// no message comes from the place, the range begins with the first of the stream. Throws when the stream is
    /// missing, can't be read, or no broker answers.
    public func range(
        ofStream stream: String, from start: StreamOffset
    ) throws(Refusal) -> ClosedRange<Int64>? {
        do throws(AMQPFailure) {
            var handle = try connect()
            guard let counts = try Self.counts(of: stream, &handle) else {
                throw AMQPFailure("read \(stream)", "there is no such stream", replyCode: 404)
            }
            // The count of a stream is some seconds old, so an empty one is known only by its silence.
            let last = try Self.offsets(.last, of: stream, &handle)
            if last == nil, counts.messages == 0 { return nil }
            var first = try offsets(start, of: stream)
            if first == nil, start != .first { first = try offsets(.first, of: stream) }
            guard let last, let first else {
                throw AMQPFailure("read \(stream)", "the broker sent none of its messages within \(Self.answerMax)")
            }
            return first.lowerBound...max(first.lowerBound, last.upperBound)
        } catch {
            throw Refusal(description: error.description(with: .pipeline))
        }
    }

    private func offsets(
        _ start: StreamOffset, of stream: String
    ) throws(AMQPFailure) -> ClosedRange<Int64>? {
        var handle = try connect()
        return try Self.offsets(start, of: stream, &handle)
    }

    private static func counts(of queue: String, _ handle: inout AMQPHandle) throws(AMQPFailure) -> Counts? {
        do {
            return try handle.counts(of: queue)
        } catch {
            guard error.replyCode == 404 else { throw error }
            return nil
        }
    }

    /// The numbers of the messages that the broker sends at once. It sends all of what it has read from the stream
    /// before it answers anything else, so the answer to a barrier behind the first message ends them. Nil if it sends
    /// none in time.
    private static func offsets(
        _ start: StreamOffset, of stream: String, _ handle: inout AMQPHandle
    ) throws(AMQPFailure) -> ClosedRange<Int64>? {
        handle.reader.deliversOversized = true
        // One message is enough to learn where a stream begins.
        let prefetch = start == .last ? prefetch : 1
        try handle.consume(stream, consumerTag: stream, prefetch: prefetch, arguments: start.arguments)
        let deadline = ContinuousClock.now + answerMax
        var range: ClosedRange<Int64>?
        while ContinuousClock.now < deadline {
            for event in try handle.readEvents() {
                switch event {
                case .delivered(_, let message):
                    guard let offset = message.streamOffset else {
                        throw AMQPFailure("read \(stream)", "it is not a stream")
                    }
                    if range == nil { try handle.requestBarrier() }
                    range = min(range?.lowerBound ?? offset, offset)...max(range?.upperBound ?? offset, offset)
                case .barrier:
                    if let range { return range }
                default: break
                }
            }
            var request = pollfd(fd: handle.descriptor, events: Int16(POLLIN), revents: 0)
            if !handle.hasBufferedFrames { _ = poll(&request, 1, 100) }
        }
        return nil
    }

    private func connect() throws(AMQPFailure) -> AMQPHandle {
        var failure = AMQPFailure("connect", "no broker is configured")
        for url in options.urls {
            do {
                return try AMQPHandle.connect(url, options: options)
            } catch {
                failure = AMQPFailure(error.operation, "\(error.reason) (\(url))", replyCode: error.replyCode)
            }
        }
        throw failure
    }
}
