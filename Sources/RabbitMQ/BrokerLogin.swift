import CRabbitMQ

/// Logs in to a node of a broker and out again, to see whether that works and what the node is. Blocks the calling
/// thread for some seconds at most.
///
///     let node = try BrokerLogin(options: options).node(at: options.urls[0])
public struct BrokerLogin: Sendable {
    private let options: ConnectionOptions

    /// Opens nothing yet.
    public init(options: ConnectionOptions) {
        var options = options
        (options.connectSecondsMax, options.answerSecondsMax) = (2, 2)
        self.options = options
    }

    /// What a node says of itself. What it does not say is empty.
    public struct Node: Sendable, Equatable {
        public var product: String
        public var version: String
        public var cluster: String
    }

    /// Why the node could not be used.
    public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        public var fault: LoginFault
        /// What failed and why, without the address.
        public var description: String
    }

    /// The node at this URL. Throws why it can't be reached, or does not let the user in.
    public func node(at url: BrokerURL) throws(Refusal) -> Node {
        do {
            var handle = try AMQPHandle.connect(url, options: options)
            let texts = handle.serverTexts
            handle.closeInOrder(within: .milliseconds(200))
            return Node(
                product: texts["product", default: ""], version: texts["version", default: ""],
                cluster: texts["cluster_name", default: ""])
        } catch {
            throw Refusal(fault: LoginFault(error, usesTLS: url.usesTLS), description: error.description)
        }
    }
}

extension AMQPHandle {
    /// The texts among the properties that the broker gave of itself when the connection began.
    fileprivate var serverTexts: [String: String] {
        guard let properties = amqp_get_server_properties(raw)?.pointee else { return [:] }
        var texts: [String: String] = [:]
        for index in 0..<Int(properties.num_entries) {
            var entry = properties.entries[index]
            var number: Int64 = 0
            var bytes = belfry_amqp_bytes(nil, 0)
            if belfry_amqp_field_read(&entry.value, &number, &bytes) == 2 { texts[String(entry.key)] = String(bytes) }
        }
        return texts
    }
}
