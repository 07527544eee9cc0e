/// A range of addresses in CIDR notation: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
///
///     let block = try CIDRBlock("10.0.0.0/8")
///     block.contains(.v4(0x0A01_0203))  // true
public struct CIDRBlock: Hashable, Sendable {
    public let address: IPAddress
    public let prefixLength: Int

    /// The error in a text that should be a network, for the person who wrote it.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    /// Reads CIDR notation. Throws `Malformed`, also for an address with bits beyond the prefix: one of the two must be
    /// a mistake.
    public init(_ text: String) throws(Malformed) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            throw Malformed(description: "\"\(text)\" is not a network: write it as 10.0.0.0/8 or fd00::/8")
        }
        let width = address.width
        var prefixLength = width
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
                let number = Int(parts[1]), number <= width
            else {
                throw Malformed(description: "\"\(text)\": the prefix length must be a number from 0 to \(width)")
            }
            prefixLength = number
        }
        guard address.unmapped == address else {
            throw Malformed(description: "\"\(text)\": write an IPv4 network as IPv4, without ::ffff:")
        }
        let start = address.masked(prefixLength)
        guard start == address else {
            let network = "\(start)/\(prefixLength)"
            throw Malformed(description: "\"\(text)\" has bits set beyond its prefix: \(network) would be the network")
        }
        self.init(address, prefixLength)
    }

    private init(_ address: IPAddress, _ prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    /// A network for the tables of `AddressGuard`.
    static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, prefix: Int) -> CIDRBlock {
        CIDRBlock(.v4(a << 24 | b << 16 | c << 8 | d), prefix)
    }

    /// A network for the tables of `AddressGuard`, by the first two of its eight groups.
    static func v6(_ first: UInt64, _ second: UInt64, prefix: Int) -> CIDRBlock {
        CIDRBlock(.v6(high: first << 48 | second << 32, low: 0), prefix)
    }

    /// Whether `address` is in this network. An IPv4 address is in no IPv6 network: call `unmapped` first.
    public func contains(_ address: IPAddress) -> Bool {
        address.width == self.address.width && address.masked(prefixLength) == self.address
    }
}

extension CIDRBlock: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}
