/// Receives the answers to what this process asks another stage.
///
///     let expected = try receiver.expect(requestID, bytesMax: 16 * 1_024 * 1_024)
///     // Publish the request, with `expected.asker`.
///     for await answer in expected.answers { … }
public protocol AnswerReceiver: Sendable {
    /// Takes the messages with this id from now on, of at most `bytesMax` bytes together. Throws
    /// `PublishError.unavailable` at once while no answers can arrive.
    func expect(_ requestID: String, bytesMax: Int) throws(PublishError) -> ExpectedAnswers
}
