import RabbitMQ
import Testing

@Suite struct BrokerURLTests {
    @Test func `every part of a broker's URL is read, with its defaults`() throws {
        let full = try BrokerURL(parsing: "amqps://jo%40x:p%2Fw@mq.example:5999/a%2Fb")
        #expect(full.host == "mq.example" && full.port == 5_999 && full.usesTLS)
        #expect(full.user == "jo@x" && full.password == "p/w" && full.virtualHost == "a/b")
        let bare = try BrokerURL(parsing: "amqp://mq")
        #expect(bare.port == 5_672 && bare.user == "guest" && bare.password == "guest" && bare.virtualHost == "/")
        #expect(try BrokerURL(parsing: "amqps://[::1]").port == 5_671)
        #expect(try BrokerURL.list(parsing: "amqp://a,amqp://b:1").map(\.host) == ["a", "b"])
    }

    @Test(arguments: [
        "", "http://x", "amqp://", "amqp://x:0", "amqp://x:port", "amqp://u:%zz@x", "amqp://x,", "amqp://u%00:p@x",
        "amqp://u:zq/ss@x",
    ])
    func `a wrong broker's URL is refused, and the error has no password in it`(text: String) {
        let error = #expect(throws: BrokerURLError.self) { try BrokerURL.list(parsing: text) }
        #expect(error?.description.contains("zq") == false)
    }

    @Test func `a broker's URL in a log has no password`() throws {
        let text = try BrokerURL(parsing: "amqp://jo:secret@mq/v").description
        #expect(text == "amqp://jo:***@mq:5672/v")
    }
}
