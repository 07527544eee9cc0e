import TestServers
import Testing

/// The real program.
@Suite struct `belfry mock` {
    @Test func `answers 400 to what is out of range, and goes on`() async throws {
        let paths = [
            "/status/1000", "/status/-1", "/status/99999999999999999999", "/status/x",
            "/succeed?heartbeats=9223372036854775807", "/fail?heartbeats=-1", "/silent?every_ms=9223372036854775807",
            "/succeed?heartbeats=x", "/status/418", "/silent?heartbeats=3",
        ]
        let finished = try await Program.run(
            "/bin/bash",
            [
                "-c",
                """
                port=$((20000 + $$ % 10000))
                "$belfry" mock --listen 127.0.0.1:$port >/dev/null & mock=$!
                trap 'kill $mock' EXIT
                for path in \(paths.map { "'\($0)'" }.joined(separator: " ")); do
                    curl --silent --retry 50 --retry-connrefused --retry-delay 1 --retry-max-time 30 \
                        --output /dev/null --write-out '%{http_code} ' \
                        --data '{"callback_url": "http://127.0.0.1:1/"}' "http://127.0.0.1:$port$path"
                done
                """,
            ], environment: ["belfry": "\(Project.bin)/belfry"])
        #expect(finished.output == "400 400 400 400 400 400 400 400 418 200 ", "\(finished.errors)")
    }

    @Test(arguments: [
        (["--queue", "a", "--sqs-queue-url", "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"], "not both"),
        (["--sqs-queue-url", "http://sqs.eu-west-1.amazonaws.com/123456789012/jobs"], "does not begin with https://"),
        (["--sqs-queue-url", "https://example.com/123456789012/jobs"], "has a host that is none of SQS"),
        (["--sqs-queue-url", "https://sqs.eu-west-1.amazonaws.com/jobs"], "not an account of 12 digits"),
        (["--queue", "a"], "--service-amqp-url (BELFRY_SERVICE_AMQP_URL) is required"),
        (
            ["--queue", "a", "--service-amqp-url", "http://x"],
            "--service-amqp-url (BELFRY_SERVICE_AMQP_URL) is invalid"
        ),
    ])
    func `says what is wrong with a queue, and exits with 2`(arguments: [String], text: String) async throws {
        let finished = try await Program.run("\(Project.bin)/belfry", ["mock"] + arguments)
        #expect(finished.status == 2 && finished.output.isEmpty, "\(finished)")
        #expect(finished.errors.contains(text), "\(finished.errors)")
    }
}
