import BrokerAccess
import Messaging
import RabbitMQ
import Settings
import Testing

@Suite struct `The settings of the broker` {
    private static func settings(_ variables: [String: String]) -> Settings {
        Settings(program: .tickerd, flags: [:], environment: variables)
    }

    @Test func `name the connection, the topology's prefix and the virtual host`() throws {
        let broker = try BrokerSettings(
            Self.settings(["BELFRY_AMQP_URL": "amqp://a:b@one/mine,amqp://a:b@two/mine", "BELFRY_PREFIX": "staging"]))
        #expect(broker.connection.urls.map(\.host) == ["one", "two"])
        #expect(broker.connection.name == "tickerd")
        #expect(broker.topology.prefix == "staging")
        #expect(broker.virtualHost == "mine")
    }

    @Test func `report every problem at once, without the password`() throws {
        let settings = Self.settings(["BELFRY_AMQP_URL": "http://a:secret@one", "BELFRY_PREFIX": "no spaces"])
        let error = try #require(#expect(throws: SettingsError.self) { try BrokerSettings(settings) })
        #expect(error.problems.count == 2)
        #expect(!error.problems.joined().contains("secret"))
    }
}
