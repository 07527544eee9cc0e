extension IPAddress {
    /// The IPv4 addresses that a packet to this IPv6 address may be sent on to, by a translator or a tunnel. Empty for
    /// other addresses.
    var embedded: [IPAddress] {
        guard case .v6(let high, let low) = self else { return [] }
        let last = UInt32(truncatingIfNeeded: low)
        switch high >> 32 {
        // 6to4 (RFC 3056): the second and third group.
        case let start where start >> 16 == 0x2002: return [.v4(UInt32(truncatingIfNeeded: high >> 16))]
        // Teredo (RFC 4380): the server, and the client with its bits inverted.
        case 0x2001_0000: return [.v4(UInt32(truncatingIfNeeded: high)), .v4(~last)]
        // NAT64 with a prefix of 96 bits (RFC 6052; RFC 8215 for `64:ff9b:1::/48`).
        case 0x0064_ff9b: return [.v4(last)]
        default: break
        }
        let interface = low >> 32
        // IPv4-compatible (RFC 4291), but not `::` and `::1`.
        if high == 0, interface == 0, low > 1 { return [.v4(last)] }
        // IPv4-translated (RFC 2765): `::ffff:0:192.0.2.1`.
        if high == 0, interface == 0xffff_0000 { return [.v4(last)] }
        // ISATAP (RFC 5214), in any network.
        if interface == 0x0000_5efe || interface == 0x0200_5efe { return [.v4(last)] }
        return []
    }
}
