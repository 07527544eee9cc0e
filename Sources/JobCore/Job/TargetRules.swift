/// Which targets an installation can deliver to. A job with another target is refused when it is put.
public struct TargetRules: Sendable {
    /// Whether `rabbitmq` targets have a broker (`BELFRY_SERVICE_AMQP_URL`).
    public var hasServiceBroker: Bool
    /// How the names of the pipeline's own exchanges and queues begin; nil if that is not known.
    public var pipelinePrefix: String?
    /// Where requests to SQS go instead of to AWS (`BELFRY_SQS_ENDPOINT`); nil for AWS.
    public var sqsEndpoint: String?
    /// Whether a queue on SQS may be at any endpoint, since that of the installation is not known.
    private var acceptsAnySQSEndpoint = false

    public init(hasServiceBroker: Bool, pipelinePrefix: String?, sqsEndpoint: String? = nil) {
        self.hasServiceBroker = hasServiceBroker
        self.pipelinePrefix = pipelinePrefix
        self.sqsEndpoint = sqsEndpoint
    }

    /// What can be said about a target without knowing the installation: they refuse only what every one refuses.
    public static let anyInstallation = {
        var rules = TargetRules(hasServiceBroker: true, pipelinePrefix: nil)
        rules.acceptsAnySQSEndpoint = true
        return rules
    }()

    /// The mistake in a target, as that of the field of the job's document that has it. Nil if it can be delivered to.
    public func fault(in target: InvocationTarget) -> FieldError? {
        switch target.kind {
        case .http:
            TargetURL.fault(in: target.address).map { Self.addressError($0, hint: Self.hint(.http)) }
        case .rabbitmq: queueFault(in: target.address)
        case .sqs: sqsFault(in: target.address)
        }
    }

    /// What to give as the address of a target.
    static func hint(_ kind: InvocationTarget.Kind) -> String {
        switch kind {
        case .http: "Give an absolute URL such as https://example.com/hook."
        case .rabbitmq: "Give exchange/routing_key or queue:NAME."
        case .sqs: "Give a queue URL such as https://sqs.eu-west-1.amazonaws.com/123456789012/jobs."
        }
    }

    private func queueFault(in address: String) -> FieldError? {
        guard hasServiceBroker else {
            return FieldError(
                field: "/invocation_type", code: .notAllowed, message: "is “rabbitmq”, but there is no service broker",
                hint: "Have an operator set BELFRY_SERVICE_AMQP_URL, or use another type.")
        }
        guard let place = QueueAddress(address) else {
            return Self.addressError(
                "is neither an exchange with a routing key nor a queue", hint: Self.hint(.rabbitmq))
        }
        guard !address.unicodeScalars.contains(where: ForeignText.isUnprintable) else {
            return Self.addressError(
                "has a control character or another that can't be printed", hint: Self.hint(.rabbitmq))
        }
        let names = [place.exchange, place.routingKey]
        guard names.allSatisfy({ $0.utf8.count <= QueueAddress.nameBytesMax }) else {
            return Self.addressError(
                "has a name or a key that is too long",
                hint: "Give at most \(QueueAddress.nameBytesMax) bytes of UTF-8 for each.")
        }
        guard place.exchange != "amq.default" else {
            return Self.addressError("names the default exchange", hint: "Give queue:NAME.")
        }
        let name = place.exchange.isEmpty ? place.routingKey : place.exchange
        guard let prefix = pipelinePrefix, name == prefix || name.hasPrefix("\(prefix).") else { return nil }
        return Self.addressError(
            "names the pipeline's own exchanges or queues",
            hint: "Give an exchange or a queue whose name doesn't begin with “\(prefix)”.")
    }

    private func sqsFault(in address: String) -> FieldError? {
        do throws(SQSQueueURL.Fault) {
            _ = try SQSQueueURL(address, endpoint: acceptsAnySQSEndpoint ? TargetURL.origin(of: address) : sqsEndpoint)
            return nil
        } catch {
            return Self.addressError(error.description, hint: Self.hint(.sqs))
        }
    }

    static func addressError(_ message: String, hint: String) -> FieldError {
        FieldError(field: "/invocation_target", code: .invalid, message: message, hint: hint)
    }
}
