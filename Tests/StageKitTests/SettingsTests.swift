import Logging
import Settings
import Testing

@Suite struct `A listen address` {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8_080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
        ("0.0.0.0:1", "0.0.0.0", 1),
    ])
    func `is host and port`(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host && address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", "8080", ":8080", "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1",
        "[]:80", "[::1]", "localhost:80 ",
    ])
    func `is refused when it is anything else`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}

@Suite struct `A program's settings` {
    private static func settings(
        _ flags: [String: String?] = [:], _ environment: [String: String] = [:]
    ) -> Settings {
        Settings(program: "testd", flags: [flags], environment: environment)
    }

    @Test(
        arguments: [
            ("flag", "variable", "flag"), (nil, "variable", "variable"), ("flag", nil, "flag"), (nil, nil, "default"),
        ] as [(String?, String?, String)])
    func `come from a flag, then the environment, then the default`(flag: String?, variable: String?, value: String) {
        var environment: [String: String] = [:]
        environment["BELFRY_AMQP_CA_FILE"] = variable
        var settings = Self.settings(["amqp-ca-file": flag], environment)
        #expect(settings.text("amqp-ca-file", default: "default") == value)
    }

    @Test func `that are given nowhere are nil`() {
        var settings = Self.settings()
        #expect(settings.text("prefix") == nil)
        #expect(throws: Never.self) { try settings.check() }
    }

    @Test func `say all that is wrong with them at once, by flag and variable`() throws {
        var settings = Self.settings(["workers": "many", "callback-listen": "nowhere"], ["BELFRY_LIMIT": "11"])
        #expect(settings.integer("workers", default: 4, in: 1...10) == 4)
        #expect(settings.integer("limit", default: 4, in: 1...10) == 4)
        #expect(settings.integer("fine", default: 4, in: 1...10) == 4)
        #expect(settings.listenAddress("callback-listen", default: "127.0.0.1:80") == nil)
        #expect(settings.listenAddress("api-listen") == nil)
        let error = #expect(throws: SettingsError.self) { try settings.check() }
        let lines = error?.description.split(separator: "\n") ?? []
        #expect(lines.count == 4)
        for (line, name) in zip(lines, ["workers", "limit", "callback-listen", "api-listen"]) {
            #expect(line.contains("--\(name)") && line.contains(Settings.variable(name)))
        }
    }

    @Test(arguments: [("1", 1), ("10", 10)] as [(String, Int64)])
    func `take a whole number within its bounds`(text: String, value: Int64) throws {
        var settings = Self.settings(["workers": text])
        #expect(settings.integer("workers", default: 4, in: 1...10) == value)
        try settings.check()
    }

    @Test func `are shown with secrets as ***, wherever those came from`() throws {
        var settings = Self.settings(
            ["amqp-url": "amqp://ann:pass1@one/,amqps://bob:pass2@two:5671/v"],
            ["BELFRY_SIGNING_KEYS": "main:c2VjcmV0"])
        _ = settings.text("amqp-url")
        _ = settings.signingKeys { $0 }
        _ = settings.text("prefix", default: "belfry")
        _ = settings.text("store-url")
        #expect(
            settings.summary == [
                "amqp-url": "amqp://ann:***@one/,amqps://bob:***@two:5671/v", "signing-keys": "***",
                "prefix": "belfry", "store-url": "unset",
            ])
    }

    @Test func `never show a secret that is wrong`() {
        struct Wrong: Error, CustomStringConvertible { var description: String { "is too short" } }
        var settings = Self.settings([:], ["BELFRY_SIGNING_KEYS": "main:c2VjcmV0"])
        let keys: String? = settings.signingKeys { _ in throw Wrong() }
        #expect(keys == nil)
        let error = #expect(throws: SettingsError.self) { try settings.check() }
        #expect(error?.description.contains("is too short") == true)
        #expect(error?.description.contains("c2VjcmV0") == false)
    }
}
