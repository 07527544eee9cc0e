import Logging
import Settings
import Testing

@Suite struct `A program's settings` {
    private func settings(
        _ program: Program = .courierd, flags: [String: String?] = [:], variables: [String: String] = [:]
    ) -> Settings {
        Settings(program: program, flags: flags, environment: variables)
    }

    @Test(
        arguments: [
            ("flag", "variable", "flag"), (nil, "variable", "variable"), ("flag", nil, "flag"),
            (nil, nil, "/etc/ssl/certs/ca-certificates.crt"),
        ] as [(String?, String?, String)])
    func `settings come from a flag, then the environment, then the default`(
        flag: String?, variable: String?, value: String
    ) throws {
        var variables: [String: String] = [:]
        variables["BELFRY_AMQP_CA_FILE"] = variable
        let settings = settings(flags: ["amqp-ca-file": flag], variables: variables)
        #expect(try AllSettings.amqpCAFile.value(in: settings) == value)
    }

    @Test func `settings are given by a flag, a variable or a file, and not by a default`() {
        func isGiven(_ flags: [String: String?], _ environment: [String: String]) -> Bool {
            Settings(program: .belfry, flags: flags, environment: environment).isGiven(AllSettings.amqpURL.row)
        }
        #expect(isGiven(["amqp-url": "a"], [:]) && isGiven([:], ["BELFRY_AMQP_URL": "a"]))
        #expect(isGiven([:], ["BELFRY_AMQP_URL_FILE": "/a"]))
        #expect(!isGiven(["amqp-url": nil], ["BELFRY_PREFIX": "a"]))
    }

    @Test func `settings that are optional and not given are nil`() throws {
        #expect(try AllSettings.healthListen.optional.value(in: settings()) == nil)
        #expect(throws: SettingsError.self) { try AllSettings.healthListen.value(in: settings()) }
    }

    @Test func `settings may have the value of another setting as their default`() throws {
        let moved = settings(variables: ["BELFRY_CALLBACK_LISTEN": "10.0.0.1:80"])
        #expect(try AllSettings.callbackBaseURL.value(in: settings()) == "http://127.0.0.1:8081")
        #expect(try AllSettings.callbackBaseURL.value(in: moved) == "http://10.0.0.1:80")
        let wrong = settings(variables: ["BELFRY_CALLBACK_LISTEN": "8081"])
        let error = #expect(throws: SettingsError.self) { try AllSettings.callbackBaseURL.value(in: wrong) }
        #expect(error?.description.hasPrefix("--callback-listen (BELFRY_CALLBACK_LISTEN) is invalid: ") == true)
    }

    @Test func `settings are read together, and all problems are reported at once`() throws {
        let wrong = settings(
            flags: ["in-flight": "0", "callback-listen": "nowhere"], variables: ["BELFRY_ROLE": "chief"])
        let error = #expect(throws: SettingsError.self) {
            _ = try wrong.all(
                AllSettings.inFlight.value, AllSettings.historyDays.value, AllSettings.callbackListen.value,
                AllSettings.role.value, AllSettings.signingKeys.value)
        }
        #expect(
            error?.problems == [
                "--in-flight (BELFRY_IN_FLIGHT) is invalid: \"0\" is not a whole number from 1 to 10000",
                "--callback-listen (BELFRY_CALLBACK_LISTEN) is invalid: \"nowhere\" is not host:port, "
                    + "such as 127.0.0.1:8080",
                "--role (BELFRY_ROLE) is invalid: \"chief\" is not both, callback or recorder",
                "BELFRY_SIGNING_KEYS is required: give kid:base64, "
                    + "such as main:$(openssl rand -base64 32)",
            ])
        let (inFlight, days) = try settings().all(AllSettings.inFlight.value, AllSettings.historyDays.value)
        #expect(inFlight == 3_000 && days == 30)
    }

    @Test(arguments: [("1", 1), ("10000", 10_000)] as [(String, Int64)])
    func `whole-number settings are taken within their bounds`(text: String, value: Int64) throws {
        #expect(try AllSettings.inFlight.value(in: settings(flags: ["in-flight": text])) == value)
    }

    @Test(arguments: [
        "amqp://ann:pass1@one/", "amqps://one/,amqp://ann:pa/ss@two/", "amqp://ann:p@ss,word@one",
        "postgres://ann:pass1@one:5432/belfry", "http://:pass1@one",
    ])
    func `settings are refused when a flag has a password in it, which is not shown`(url: String) {
        let settings = settings(flags: ["amqp-url": url])
        let error = #expect(throws: SettingsError.self) { try AllSettings.amqpURL.value(in: settings) }
        #expect(
            error?.problems == [
                "--amqp-url has a password in it, which other users would see in the list of processes; "
                    + "set BELFRY_AMQP_URL or BELFRY_AMQP_URL_FILE"
            ])
    }

    @Test(arguments: ["amqp://one:5672/v", "amqp://ann@one/", "amqps://one:1/,amqps://two:2/", "sqlite:/a@b:c"])
    func `settings are taken from a flag whose URL has no password`(url: String) throws {
        #expect(try AllSettings.amqpURL.value(in: settings(flags: ["amqp-url": url])) == url)
    }

    @Test func `settings are shown without secrets and passwords`() {
        let settings = settings(
            variables: [
                "BELFRY_AMQP_URL": "amqp://ann:pass1@one/,amqps://bob:pass2@two:5671/v",
                "BELFRY_SIGNING_KEYS": "main:c2VjcmV0",
            ])
        let summary = settings.summary
        #expect(summary["amqp-url"] == "amqp://ann:***@one/,amqps://bob:***@two:5671/v")
        #expect(summary["signing-keys"] == "***" && summary["health-listen"] == "unset")
        #expect(summary["prefix"] == "belfry" && summary["store-url"] == nil)
    }

    @Test func `problems with settings never show a secret that is invalid`() {
        struct TooShort: Error, CustomStringConvertible { var description: String { "the key is too short" } }
        let settings = settings(variables: ["BELFRY_SIGNING_KEYS": "main:c2VjcmV0"])
        let error = #expect(throws: SettingsError.self) {
            _ = try AllSettings.signingKeys.parsed { _ -> String in throw TooShort() }.value(in: settings)
        }
        #expect(
            error?.description
                == "BELFRY_SIGNING_KEYS is invalid: the key is too short; "
                + "give kid:base64, such as main:$(openssl rand -base64 32)")
    }
}
