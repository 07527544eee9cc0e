import HTTPClient
import Testing

struct AddressGuardTests {
    @Test(arguments: [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"), ("240.0.0.0", "255.255.255.255"),
        ("::", "::1"), ("::ffff:127.0.0.1", "::ffff:10.0.0.1"), ("::7f00:1", "::ffff:0:7f00:1"),
        ("64:ff9b::", "64:ff9b::ffff:ffff"), ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("100::", "100::ffff:ffff:ffff:ffff"), ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:2::", "2001:1ff::"), ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("5f00::", "4000::"), ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("fec0::", "feff::1"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func `an address that is not public is refused, from the first to the last`(first: String, last: String) throws {
        let addressGuard = AddressGuard(allowed: [])
        #expect(!addressGuard.permits(try #require(IPAddress(first))))
        #expect(!addressGuard.permits(try #require(IPAddress(last))))
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.88.98.255",
        "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
        "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8", "2001:200::",
        "2001:4860:4860::8888", "2001:db7:ffff::", "2001:db9::", "2003::", "2606:4700::1111", "3ffe::", "3fff:1000::",
    ])
    func `a public address is permitted, up to the edges`(text: String) throws {
        #expect(AddressGuard(allowed: []).permits(try #require(IPAddress(text))))
    }

    @Test(arguments: [
        ("AWS, Google, Azure, DigitalOcean", "169.254.169.254"), ("AWS over IPv6", "fd00:ec2::254"),
        ("Google over IPv6", "fd20:ce::254"), ("AWS ECS", "169.254.170.2"), ("Azure's wire server", "168.63.129.16"),
        ("Oracle", "192.0.0.192"), ("Alibaba", "100.100.100.200"), ("Tencent", "169.254.0.23"),
    ])
    func `a cloud's metadata address is refused`(cloud: String, text: String) throws {
        #expect(!AddressGuard(allowed: []).permits(try #require(IPAddress(text))))
    }

    @Test func `a metadata address that is allowed is permitted`() throws {
        let addressGuard = AddressGuard(allowed: [try CIDRBlock("168.63.129.16/32")])
        #expect(addressGuard.permits(try #require(IPAddress("168.63.129.16"))))
        #expect(addressGuard.permits(try #require(IPAddress("168.63.129.15"))))
        #expect(!addressGuard.permits(try #require(IPAddress("169.254.169.254"))))
    }

    /// The ways lead to 169.254.169.254 (a9fe:a9fe), to Azure's 168.63.129.16 (a83f:8110) and to 8.8.8.8 (808:808).
    @Test(arguments: [
        ("IPv4-mapped", "::ffff:", ""), ("IPv4-compatible", "::", ""), ("IPv4-translated", "::ffff:0:", ""),
        ("NAT64", "64:ff9b::", ""), ("NAT64 of a network's own", "64:ff9b:1::", ""),
        ("6to4", "2002:", "::1"), ("Teredo server", "2001:0:", "::f7f7:f7f7"),
        ("ISATAP", "2003::5efe:", ""), ("ISATAP, global", "2003::200:5efe:", ""),
    ])
    func `an address that leads to a blocked one is refused, though all of IPv6 is allowed`(
        way: String, before: String, after: String
    ) throws {
        let six = AddressGuard(allowed: [try CIDRBlock("::/0")])
        let both = AddressGuard(allowed: [try CIDRBlock("::/0"), try CIDRBlock("169.254.169.254/32")])
        func address(_ four: String) throws -> IPAddress { try #require(IPAddress(before + four + after)) }
        let (metadata, wireServer) = (try address("a9fe:a9fe"), try address("a83f:8110"))
        #expect(!six.permits(metadata) && !six.permits(wireServer))
        #expect(six.permits(try address("808:808")))
        #expect(both.permits(metadata) && !both.permits(wireServer))
    }

    @Test func `the client behind a Teredo address counts with its bits inverted`() throws {
        let six = AddressGuard(allowed: [try CIDRBlock("::/0")])
        #expect(!six.permits(try #require(IPAddress("2001:0:808:808::5601:5601"))))
        #expect(six.permits(try #require(IPAddress("2001:0:808:808::f7f7:f7f7"))))
    }

    @Test func `an allowed network is permitted although it is private, and no more than that`() throws {
        let addressGuard = AddressGuard(allowed: [try CIDRBlock("10.1.0.0/16"), try CIDRBlock("fd00:1::/32")])
        #expect(addressGuard.permits(try #require(IPAddress("10.1.255.255"))))
        #expect(addressGuard.permits(try #require(IPAddress("::ffff:10.1.0.0"))))
        #expect(addressGuard.permits(try #require(IPAddress("fd00:1::5"))))
        #expect(!addressGuard.permits(try #require(IPAddress("10.2.0.0"))))
        #expect(!addressGuard.permits(try #require(IPAddress("fd00:2::5"))))
    }

    @Test func `all of IPv4 or all of IPv6 can be allowed`() throws {
        let four = AddressGuard(allowed: [try CIDRBlock("0.0.0.0/0")])
        let six = AddressGuard(allowed: [try CIDRBlock("::/0")])
        let (loopback4, loopback6) = (try #require(IPAddress("127.0.0.1")), try #require(IPAddress("::1")))
        #expect(four.permits(loopback4) && !four.permits(loopback6))
        #expect(six.permits(loopback6) && !six.permits(loopback4))
    }
}
