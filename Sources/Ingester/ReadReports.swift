import Messaging

/// The reports of a batch of messages, in order, and what could not be read.
struct ReadReports {
    /// Where a report came from.
    struct Place {
        /// Its message's place in the batch.
        var index: Int
        /// The report as a message of its own, if it came with others in one message.
        var part: InboundMessage?

        func deadLetter(_ reason: DeadLetterReason, _ error: String) -> HandledBatch.DeadLetter {
            .init(index: index, report: part, reason: reason, error: error)
        }
    }

    var reports: [AddressedReport] = []
    /// The place of each of `reports`.
    var places: [Place] = []
    var dead: [HandledBatch.DeadLetter] = []
    /// The number of messages that were read.
    var messageCount = 0
}
