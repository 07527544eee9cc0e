import ArgumentParser

/// The options of commands about dead letters, for the admin API.
struct DeadClientOptions: ParsableArguments {
    @OptionGroup var api: APIOptions

    /// A client that waits for longer than the API does for its own answer, and reads longer answers, since letters
    /// come with their bodies.
    func client() throws -> APIClient {
        var client = try api.client()
        client.answerSecondsMax = 60
        client.answerBytesMax = 64 * 1_024 * 1_024
        return client
    }
}
