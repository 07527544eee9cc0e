import BrokerAccess
import RabbitMQ
import Settings
import Testing

@Suite struct `The settings of the service broker` {
    private static func settings(_ service: String?) throws(SettingsError) -> ServiceBrokerSettings {
        var variables = ["BELFRY_AMQP_URL": "amqp://a:secret@one/mine,amqp://a:secret@two/mine"]
        variables["BELFRY_SERVICE_AMQP_URL"] = service
        return try ServiceBrokerSettings(Settings(program: .courierd, flags: [:], environment: variables))
    }

    @Test(arguments: [
        "amqp://b:c@one/theirs", "amqp://b:c@one:5673/mine", "amqp://a:c@three/mine,amqps://b:c@two/mine",
    ])
    func `name a broker with a virtual host and a user apart from the pipeline's`(url: String) throws {
        #expect(try Self.settings(url).connection?.urls == BrokerURL.list(parsing: url))
    }

    @Test func `give a service its connection, which it must have and which may be the pipeline's`() throws {
        func connection(_ variables: [String: String]) throws -> ConnectionOptions {
            try ServiceBrokerSettings.connection(
                ofService: Settings(program: .belfry, flags: [:], environment: variables), name: "mine")
        }
        // Both are the default of RabbitMQ, as on a developer's machine.
        let url = "amqp://guest:guest@127.0.0.1:5672/"
        let given = try connection(["BELFRY_SERVICE_AMQP_URL": url, "BELFRY_AMQP_CA_FILE": "ca.pem"])
        #expect(try given.urls == BrokerURL.list(parsing: url) && given.caFile == "ca.pem")
        #expect(given.name == "mine")
        let missing = #expect(throws: SettingsError.self) { try connection([:]) }
        #expect(missing?.problems.joined().contains("is required") == true)
        let wrong = #expect(throws: SettingsError.self) {
            try connection(["BELFRY_SERVICE_AMQP_URL": "http://b:secret@one"])
        }
        #expect(wrong?.problems.joined().contains("secret") == false)
    }

    @Test func `may name none`() throws {
        #expect(try Self.settings(nil).connection == nil)
    }

    @Test(arguments: [
        "amqp://b:secret@one/mine", "amqp://b:secret@three/x,amqp://b:secret@TWO:5672/mine", "amqp://a:secret@one/x",
        "amqps://a:secret@two/x", "http://b:secret@one",
    ])
    func `are refused, without the password, where they name the pipeline's virtual host or user`(url: String) throws {
        let error = try #require(#expect(throws: SettingsError.self) { try Self.settings(url) })
        #expect(error.problems.count == 1 && !error.problems.joined().contains("secret"))
    }
}
