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
