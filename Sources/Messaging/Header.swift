/// The message headers that the pipeline uses. Names with `x-` belong to the broker, except the token's and those for
/// callbacks.
public enum Header {
    /// The version of a message between stages; see ``MessageVersion``.
    public static let messageVersion = "belfry-message-version"
    /// The execution of a callback that was checked.
    public static let execution = "belfry-execution-id"
    /// The callback token, which names the execution of a callback that a service publishes itself.
    public static let token = "x-belfry-token"
    /// In a `rabbitmq` invocation: the exchange of the pipeline's broker that takes the callbacks.
    public static let callbackExchange = "x-belfry-callback-exchange"
    /// In a `rabbitmq` invocation: a routing key for its callbacks. Any other leads to the same queue.
    public static let callbackRoutingKey = "x-belfry-callback-routing-key"
    /// In an `sqs` invocation: the URL of the SQS queue that takes the callbacks.
    public static let callbackQueueURL = "x-belfry-callback-queue-url"
    /// When the callback endpoint received the callback, in milliseconds since the epoch.
    public static let receivedAt = "belfry-received-at"
    /// How often a delivery was deferred before its next attempt because its target was busy.
    public static let deferrals = "belfry-deferrals"
    /// How often the record was asked again about a delivery that had waited for long.
    public static let askedCount = "belfry-asked"
    /// How often a delivery has come back from couriers that had it in hand.
    public static let returnedCount = "belfry-returned"
    /// When a deferred delivery's turn at its target is expected, in milliseconds since the epoch.
    public static let turnAt = "belfry-turn-at"
    /// When the record expects the next attempt of a delivery, in milliseconds since the epoch.
    public static let recordedDueAt = "belfry-recorded-due-at"
    /// Why a message is a dead letter: a `DeadLetterReason`.
    public static let deadReason = "belfry-dead-reason"
    /// The error behind the reason, for people.
    public static let deadError = "belfry-dead-error"
    /// When the message became a dead letter, in milliseconds since the epoch.
    public static let deadAt = "belfry-dead-at"
    /// The exchange that the dead letter was first published to.
    public static let originExchange = "belfry-origin-exchange"
    /// The routing key that the dead letter was first published with.
    public static let originRoutingKey = "belfry-origin-routing-key"
    /// The work queue that the dead letter was taken from.
    public static let originQueue = "belfry-origin-queue"
    /// When the message first became a dead letter, in milliseconds since the epoch.
    public static let deadFirstAt = "belfry-dead-first-at"
    /// How often a stage had the message in hand, or how many attempts a delivery has had.
    public static let deadAttempts = "belfry-dead-attempts"
    /// How often a dead letter was replayed. The message keeps it, so that the letter of a next failure shows it.
    public static let replays = "belfry-replays"
    /// Which run of passes has replayed the letter last: the `before` of its filter, in milliseconds since the epoch.
    /// The message keeps it, so that the run does not replay it a second time.
    public static let replayRun = "belfry-replay-run"
    /// In the messages of a replayed delivery: the number of its replays when the record was last asked about it.
    public static let judgedReplays = "belfry-replays-judged"
    /// In the dead letter of a refused delivery, and in its replay: the number of the attempt that was refused.
    public static let refusedAttempt = "belfry-refused-attempt"
    /// In an event that was replayed: its number in the archive.
    public static let replayedOffset = "belfry-replayed-offset"
    /// The request in a message to deadletterd: a `DeadLettersRequested` as JSON.
    public static let request = "belfry-request"
    /// In an answer of deadletterd: a `DeadLetter` as JSON.
    public static let letter = "belfry-letter"
}
