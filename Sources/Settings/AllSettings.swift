public import Logging

/// Every setting of every program, in the order of the table in docs/operations.md.
public enum AllSettings {
    private static let withStore: [Program] = [.tickerd, .dispatcherd, .ingesterd, .reaperd, .consoled, .belfry]

    public static let amqpURL = Setting<String>(
        "amqp-url", readBy: Program.allCases, default: .text("amqp://guest:guest@127.0.0.1:5672/"),
        secrecy: .mayHavePassword,
        form: "amqp://user:password@host:5672/vhost",
        meaning: """
            The broker: `amqp://user:password@host:port/vhost`, or `amqps://`. Several URLs, separated by commas, are \
            tried in turn.
            """)

    public static let amqpCAFile = Setting<String>(
        "amqp-ca-file", readBy: Program.allCases, default: .text("/etc/ssl/certs/ca-certificates.crt"),
        form: "the path of a PEM file", meaning: "The certificates (PEM) that an `amqps://` broker is checked against.")

    public static let prefix = Setting<String>(
        "prefix", readBy: Program.allCases, default: .text("belfry"), form: "a prefix such as belfry or staging.belfry",
        meaning: "The prefix of every exchange, queue and broker user.")

    public static let storeURL = Setting<String>(
        "store-url", readBy: withStore, default: .text("sqlite:.belfry/belfry.sqlite"),
        form: "sqlite:PATH or postgres://user:password@host/database",
        meaning: "The store: the file of `sqlite:PATH`, or `postgres://user:password@host/database`.")

    public static let tzdir = Setting<String>(
        "tzdir", readBy: [.tickerd, .dispatcherd, .consoled, .belfry], default: .text("/usr/share/zoneinfo"),
        form: "the path of a folder with a TZif file for each time zone",
        meaning: """
            The folder of the time zones (TZif files), which the package `tzdata` installs. The daemons notice within \
            seconds when a file changes.
            """)

    public static let signingKeys = Setting<String>(
        "signing-keys", readBy: [.courierd, .ingesterd, .belfry], secrecy: .secret,
        form: "kid:base64, such as main:$(openssl rand -base64 32)",
        meaning: """
            `kid:base64,…`. The first key signs and seals, all verify and open. Required by these programs; of \
            `belfry`, only `secrets` and `doctor` read it.
            """)

    public static let callbackBaseURL = Setting<String>(
        "callback-base-url", readBy: [.courierd, .belfry], default: .prefixed("http://", callbackListen),
        form: "the public URL of the callback endpoint, such as https://belfry.example.com",
        meaning: """
            The beginning of `callback_url`, as services reach the callback endpoint. Of `belfry`, only `doctor` reads \
            it.
            """)

    public static let allowedNetworks = Setting<String>(
        "allowed-networks", readBy: [.courierd], default: .text(""),
        form: "networks separated by commas, such as 127.0.0.0/8,10.1.0.0/16",
        meaning: "Networks (CIDR, separated by commas) that webhooks may reach although they are not public.")

    public static let serviceAMQPURL = Setting<String>(
        "service-amqp-url", readBy: [.courierd, .consoled, .belfry],
        secrecy: .mayHavePassword,
        form: "amqp://user:password@host:5672/vhost",
        meaning: """
            The broker that `rabbitmq` targets are on: a virtual host and a user apart from the pipeline's. Without it \
            such jobs are refused. `consoled` only asks whether there is one; of `belfry`, only `mock` uses it.
            """)

    public static let awsRegion = Setting<String>(
        "aws-region", readBy: [.courierd, .ingesterd, .belfry], form: "a region such as eu-west-1",
        meaning: """
            The AWS region of queue URLs that name none, as those at `BELFRY_SQS_ENDPOINT`. Without it, that of \
            `AWS_REGION`, of `AWS_DEFAULT_REGION` or of the profile, else `us-east-1`.
            """)

    public static let sqsEndpoint = Setting<String>(
        "sqs-endpoint", readBy: [.courierd, .ingesterd, .consoled, .belfry],
        form: "a URL such as http://127.0.0.1:5000",
        meaning: "Where requests to SQS go instead of to AWS, such as a VPC endpoint or a local server.")

    public static let sqsCallbackQueueURL = Setting<String>(
        "sqs-callback-queue-url", readBy: [.courierd, .ingesterd, .belfry], form: "the URL of an SQS queue",
        meaning: """
            An SQS queue from which `ingesterd` takes callbacks. `courierd` names it in the messages of `sqs` \
            invocations; of `belfry`, only `mock` sends callbacks there, for invocations that name no queue.
            """)

    public static let inFlight = Setting<Int64>(
        "in-flight", readBy: [.courierd], default: 3_000, range: 1...10_000,
        meaning: "Deliveries that one process holds at once, and as many of the bulk.")

    public static let targetInFlight = Setting<Int64>(
        "target-in-flight", readBy: [.courierd], range: 1...100_000,
        meaning: """
            Deliveries that one target gets at once from all couriers together, and as many of the bulk. Each courier \
            takes an equal part, but at least one. Without it, a target gets up to 128 from each courier.
            """)

    public static let callbackListen = Setting<ListenAddress>(
        "callback-listen", readBy: [.courierd, .ingesterd], default: .text("127.0.0.1:8081"),
        meaning: """
            The `host:port` of the callback endpoint. `courierd` uses it only for the default of \
            `BELFRY_CALLBACK_BASE_URL`.
            """)

    public static let role = Setting<IngesterRole>(
        "role", readBy: [.ingesterd], default: .both,
        meaning: "The halves that run: with `callback` the endpoint only, with `recorder` the recorder only.")

    public static let apiListen = Setting<ListenAddress>(
        "api-listen", readBy: [.consoled], default: .text("127.0.0.1:8080"),
        meaning: "The `host:port` of the admin API.")

    public static let historyDays = Setting<Int64>(
        "history-days", readBy: [.reaperd], default: 30, range: 1...36_500,
        meaning: "How many days ended executions and audit entries are kept.")

    public static let redeliverAfterSeconds = Setting<Int64>(
        "redeliver-after-seconds", readBy: [.courierd, .reaperd], default: 300, range: 10...86_400,
        meaning: """
            A delivery that is overdue by this many seconds is taken for lost and made again. `courierd` reports \
            deferrals that last so long that this would happen. Keep it at twice the longest `timeout_seconds` or \
            more: a shorter time would repeat a webhook whose answer is awaited.
            """)

    public static let exportFolder = Setting<String>(
        "export-folder", readBy: [.exporterd], form: "the path of a folder that exists",
        meaning: "The folder of the events' files. It must exist. Required.")

    public static let exportName = Setting<String>(
        "export-name", readBy: [.exporterd],
        form: "1 to 64 of a-z, A-Z, 0-9, “.”, “_” and “-”, beginning with a letter or a digit",
        meaning: """
            The name of this `exporterd`, which its files carry. It must stay the same after a restart, and each that \
            writes to the folder needs its own. Without it, the name of the host.
            """)

    public static let exportFileMebibytesMax = Setting<Int64>(
        "export-file-mebibytes-max", readBy: [.exporterd], default: 256, range: 1...65_536,
        meaning: "The MiB of a compressed file of events after which the next file begins.")

    public static let healthListen = Setting<ListenAddress>(
        "health-listen", readBy: Program.allCases,
        meaning: """
            The `host:port` of `/healthz`, `/readyz` and `/metrics`, which are off without it. `belfry ready` asks \
            there.
            """)

    public static let logLevel = Setting<Logger.Level>(
        "log-level", readBy: Program.daemons, default: .info,
        meaning: "The lowest level of the lines that are logged.")

    public static let logFormat = Setting<LogFormat>(
        "log-format", readBy: Program.daemons, default: .text,
        meaning: "The format of log lines, which go to standard error.")

    public static let apiURL = Setting<String>(
        "api-url", readBy: [.belfry], default: .text("http://127.0.0.1:8080"), form: "the URL of the admin API",
        meaning: "The admin API that the command line calls.")

    public static let apiKey = Setting<String>(
        "api-key", readBy: [.belfry], secrecy: .secret, form: "a key from belfry keys create NAME --scope admin",
        meaning: "The key for the admin API.")

    public static let managementURL = Setting<String>(
        "management-url", readBy: [.belfry], secrecy: .secret, form: "http://user:password@host:15672",
        meaning: """
            RabbitMQ's management API, `http://user:password@host:15672`, for `topology apply`, `topology check`, \
            `forks` and `doctor`.
            """)

    static let rows: [SettingRow] = [
        amqpURL.row, amqpCAFile.row, prefix.row, storeURL.row, tzdir.row, signingKeys.row, callbackBaseURL.row,
        allowedNetworks.row, serviceAMQPURL.row, awsRegion.row, sqsEndpoint.row, sqsCallbackQueueURL.row, inFlight.row,
        targetInFlight.row,
        callbackListen.row, role.row, apiListen.row, historyDays.row, redeliverAfterSeconds.row,
        exportFolder.row, exportName.row, exportFileMebibytesMax.row, healthListen.row, logLevel.row, logFormat.row,
        apiURL.row, apiKey.row,
        managementURL.row,
    ]

    /// The settings that a program reads.
    public static func rows(of program: Program) -> [SettingRow] {
        rows.filter { $0.readBy.contains(program) }
    }

    /// The table of docs/operations.md, in Markdown.
    public static var table: String {
        let lines = rows.map { row in
            let readers = row.readBy.map(\.rawValue).joined(separator: ", ")
            let variables = row.variables.map { "`\($0)`" }.joined(separator: ", ")
            return "| \(variables) | \(readers) | \(row.meaning) | \(row.shownDefault) |"
        }
        return (["| variable | read by | meaning | default |", "|---|---|---|---|"] + lines).joined(separator: "\n")
    }
}
