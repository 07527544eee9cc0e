/// Decides which addresses a request may be sent to: public ones, and those that the operator has allowed.
///
/// It checks the address of the connection that is about to be made, never the name or the spelling in a URL, so
/// neither DNS rebinding nor `http://2130706433/` circumvents it.
public struct AddressGuard: Sendable {
    private let allowed: [CIDRBlock]

    /// `allowed` are networks that may be reached although they are not public, for services on premises.
    public init(allowed: [CIDRBlock]) {
        self.allowed = allowed
    }

    /// Whether a connection to `address` may be made. An IPv6 address that leads to IPv4 addresses is permitted only if
    /// they are, too: to allow a NAT64 network is not to allow the metadata address behind it.
    public func permits(_ address: IPAddress) -> Bool {
        let address = address.unmapped
        guard allowed.contains(where: { $0.contains(address) }) || Self.isPublic(address) else { return false }
        return address.embedded.allSatisfy(permits)
    }

    private static func isPublic(_ address: IPAddress) -> Bool {
        switch address {
        case .v4: !specialV4.contains { $0.contains(address) }
        case .v6: globalUnicastV6.contains(address) && !specialV6.contains { $0.contains(address) }
        }
    }

    /// IANA's IPv4 Special-Purpose Address Registry, multicast, the reserved rest, and an address that looks public and
    /// belongs to a cloud. The metadata services of AWS, Google, Alibaba and Oracle are in networks of the registry.
    private static let specialV4: [CIDRBlock] = [
        .v4(0, 0, 0, 0, prefix: 8),  // this host
        .v4(10, 0, 0, 0, prefix: 8),  // private
        .v4(100, 64, 0, 0, prefix: 10),  // carrier-grade NAT
        .v4(127, 0, 0, 0, prefix: 8),  // loopback
        .v4(168, 63, 129, 16, prefix: 32),  // Azure's metadata and wire server
        .v4(169, 254, 0, 0, prefix: 16),  // link-local, cloud metadata
        .v4(172, 16, 0, 0, prefix: 12),  // private
        .v4(192, 0, 0, 0, prefix: 24),  // protocol assignments
        .v4(192, 0, 2, 0, prefix: 24),  // documentation
        .v4(192, 88, 99, 0, prefix: 24),  // 6to4 relays
        .v4(192, 168, 0, 0, prefix: 16),  // private
        .v4(198, 18, 0, 0, prefix: 15),  // benchmarks
        .v4(198, 51, 100, 0, prefix: 24),  // documentation
        .v4(203, 0, 113, 0, prefix: 24),  // documentation
        .v4(224, 0, 0, 0, prefix: 4),  // multicast
        .v4(240, 0, 0, 0, prefix: 4),  // reserved, broadcast
    ]

    /// No address outside of it is routed publicly: `::1`, NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), `100::/64`,
    /// unique local (`fc00::/7`), link-local (`fe80::/10`), multicast (`ff00::/8`) and unassigned ranges.
    private static let globalUnicastV6 = CIDRBlock.v6(0x2000, 0, prefix: 3)

    private static let specialV6: [CIDRBlock] = [
        .v6(0x2001, 0, prefix: 23),  // protocol assignments, Teredo: an IPv4 address inside
        .v6(0x2001, 0xdb8, prefix: 32),  // documentation
        .v6(0x2002, 0, prefix: 16),  // 6to4: an IPv4 address inside
        .v6(0x3fff, 0, prefix: 20),  // documentation
    ]
}
