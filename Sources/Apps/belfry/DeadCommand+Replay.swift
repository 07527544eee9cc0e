import ArgumentParser
import Commands

extension DeadCommand {
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publishes dead letters to where they came from.",
            discussion: """
                A letter leaves its dead-letter queue only after the broker has confirmed the new message, so none is \
                lost, whatever ends in between. One that fails again comes back with its replays counted, and is not \
                taken twice by one command. A letter that can't be replayed stays, and is listed with the reason.

                On a terminal it says how many letters there are and asks first. Ctrl-C stops after the request that \
                is under way. Exit codes: 0 done; 1 refused, stopped, or letters stay that can't be replayed; 2 wrong \
                usage.

                  belfry dead replay 4a01965e-53f8-5e10-91d0-3f4a7e34dd21
                  belfry dead replay --queue courier.deliveries --error "no route" --dry-run
                  belfry dead replay --all --yes --rate 50
                  belfry dead export --service billing | belfry dead replay --from -
                """)
        @OptionGroup var options: DeadClientOptions
        @OptionGroup var choice: DeadChoiceOptions
        @Option(
            help: "The letters of a file that `belfry dead export` has written, or - for standard input.",
            completion: .file(), transform: Arguments.notEmpty)
        var from: String?
        @Option(help: "The most letters per second.", transform: Arguments.number(1...10_000)) var rate: Int?

        func validate() throws {
            try choice.check(file: from)
        }

        func run() async throws {
            let client = try options.client()
            if let from {
                try await DeadFileReplay(client: client, choice: choice, ratePerSecond: rate).run(from)
            } else {
                try await DeadAction(verb: .replay, client: client, choice: choice, ratePerSecond: rate).run()
            }
        }
    }
}
