/// How one attempt ended, as the courier sees it.
public struct AttemptResult: Sendable, Equatable {
    /// What the service, or the way to it, answered.
    public enum Answer: Sendable, Equatable {
        /// The service answered with an HTTP status. `retryAfterSeconds` is its `Retry-After` header.
        case answered(statusCode: Int, retryAfterSeconds: Int64?)
        /// A queue has the message.
        case accepted
        /// The queue takes nothing now, but answers: it is full, or throttles.
        case busy
        /// No answer, though another attempt may get one: no connection, a timeout, a broken connection.
        case unreachable
        /// A queue, or the way to it, has refused the message, and would refuse it again.
        case refused
        /// Nothing was sent, since a secret of the service can't be opened. Another attempt may find it usable.
        case unsigned
        /// The installation has no credentials for the queue, or they are not accepted. If that is temporary, another
        /// attempt may find others.
        case unauthenticated(isTemporary: Bool)
        /// No attempt can succeed: the URL or the address may not be used.
        case forbidden

        /// What of the installation was in the way of this answer. Nil where the target or its address is at fault:
        /// also for a webhook that gets no answer.
        public func obstacle(to kind: InvocationTarget.Kind) -> Attempt.Obstacle? {
            switch (self, kind) {
            case (.unsigned, _): .serviceSecret
            case (.unauthenticated, _): .awsCredentials
            case (.unreachable, .rabbitmq): .serviceBroker
            case (.busy, .sqs), (.unreachable, .sqs): .sqs
            // A queue of RabbitMQ that is full is the service's own.
            case (.busy, .rabbitmq), (.busy, .http), (.unreachable, .http): nil
            case (.answered, _), (.accepted, _), (.refused, _), (.forbidden, _): nil
            }
        }
    }

    public let answer: Answer
    public let latencyMilliseconds: Int64
    /// For the record, unless the attempt was accepted: a category, or the status and the first 1 KiB of the answer.
    public let error: String?
    /// For the operator's log only: readers of the record must not learn about our network.
    public let detail: String?

    /// The end of an attempt. `error` and `detail` may come from the service: they are cleaned (see ``ForeignText``).
    public init(_ answer: Answer, latencyMilliseconds: Int64, error: String? = nil, detail: String? = nil) {
        self.answer = answer
        self.latencyMilliseconds = latencyMilliseconds
        self.error = error.map { ForeignText.cleaned($0) }
        self.detail = detail.map { ForeignText.cleaned($0) }
    }

    /// An answer with an HTTP status, of whose body the first 1 KiB goes on record, cleaned. Give
    /// ``bodyBytesRead`` bytes of it, or all if it has fewer. `hidden` are texts that the service was sent and that
    /// readers of the record may not see, should it echo them.
    public init(
        statusCode: Int, retryAfterSeconds: Int64?, body: [UInt8], hiding hidden: [String], latencyMilliseconds: Int64
    ) {
        answer = .answered(statusCode: statusCode, retryAfterSeconds: retryAfterSeconds)
        self.latencyMilliseconds = latencyMilliseconds
        let text = ForeignText.hiding(hidden, in: String(decoding: body, as: UTF8.self))
        error = "status \(statusCode): \(ForeignText.cleaned(text))"
        detail = nil
    }

    /// How many bytes of a body are worth reading: what goes on record, in UTF-16, or with tokens and the longest value
    /// of a header, which are masked.
    public static let bodyBytesRead = 8 * ForeignText.bytesMax

    /// The HTTP status; nil without an answer.
    public var statusCode: Int? {
        if case .answered(let statusCode, _) = answer { statusCode } else { nil }
    }

    /// This attempt at a target of that kind as it goes on record.
    ///
    /// An accepted attempt keeps no error: its body is the service's business.
    public func attempt(
        number: Int, at begun: Instant, target kind: InvocationTarget.Kind, verdict: DeliveryVerdict
    ) -> Attempt {
        Attempt(
            number: number, at: begun, statusCode: statusCode, latencyMilliseconds: latencyMilliseconds,
            error: verdict == .accept ? nil : error, obstacle: answer.obstacle(to: kind))
    }
}
