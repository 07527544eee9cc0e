import Settings
import Testing

@Suite struct `A listen address` {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8_080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
        ("0.0.0.0:1", "0.0.0.0", 1),
    ])
    func `a listen address is host and port`(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host && address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", "8080", ":8080", "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1",
        "[]:80", "[::1]", "localhost:80 ",
    ])
    func `a listen address in any other form is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
