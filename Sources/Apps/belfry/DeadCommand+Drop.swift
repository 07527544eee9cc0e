import ArgumentParser

extension DeadCommand {
    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes dead letters for good.",
            discussion: """
                Export them first, with the same filters: `belfry dead replay --from FILE` publishes exported letters \
                again. On a terminal it says how many letters there are and asks first.
                """)
        @OptionGroup var options: DeadClientOptions
        @OptionGroup var choice: DeadChoiceOptions

        func validate() throws {
            try choice.check()
        }

        func run() async throws {
            try await DeadAction(verb: .drop, client: try options.client(), choice: choice).run()
        }
    }
}
