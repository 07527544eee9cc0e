import HTTPClient
import Testing

struct CIDRBlockTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.1", "192.0.2.1/32"), ("FD00::/8", "fd00::/8"), ("::1", "::1/128"),
        ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"), ("2001:db8:0:1::/65", "2001:db8:0:1::/65"),
    ])
    func `a network is read and written in CIDR notation`(text: String, written: String) throws {
        #expect(try CIDRBlock(text).description == written)
    }

    @Test(arguments: [
        ("", "\"\" is not a network: write it as 10.0.0.0/8 or fd00::/8"),
        ("10.0.0/8", "\"10.0.0/8\" is not a network: write it as 10.0.0.0/8 or fd00::/8"),
        ("localhost", "\"localhost\" is not a network: write it as 10.0.0.0/8 or fd00::/8"),
        ("10.0.0.0/33", "\"10.0.0.0/33\": the prefix length must be a number from 0 to 32"),
        ("10.0.0.0/", "\"10.0.0.0/\": the prefix length must be a number from 0 to 32"),
        ("10.0.0.0/-1", "\"10.0.0.0/-1\": the prefix length must be a number from 0 to 32"),
        ("fd00::/129", "\"fd00::/129\": the prefix length must be a number from 0 to 128"),
        ("10.0.0.1/8", "\"10.0.0.1/8\" has bits set beyond its prefix: 10.0.0.0/8 would be the network"),
        ("fd00::1/64", "\"fd00::1/64\" has bits set beyond its prefix: fd00::/64 would be the network"),
        ("::ffff:10.0.0.0/104", "\"::ffff:10.0.0.0/104\": write an IPv4 network as IPv4, without ::ffff:"),
    ])
    func `a mistake in a network is explained`(text: String, message: String) {
        let error = #expect(throws: CIDRBlock.Malformed.self) { try CIDRBlock(text) }
        #expect(error?.description == message)
    }
}
