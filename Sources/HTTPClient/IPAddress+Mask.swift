extension IPAddress {
    /// Bits in an address of this family.
    var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// This address with everything after the first `length` bits cleared.
    func masked(_ length: Int) -> IPAddress {
        // Swift's smart shifts: by the full width or more gives 0.
        switch self {
        case .v4(let number): .v4(number & (UInt32.max << UInt32(32 - length)))
        case .v6(let high, let low):
            .v6(
                high: high & (UInt64.max << UInt64(64 - min(length, 64))),
                low: low & (UInt64.max << UInt64(64 - max(length - 64, 0))))
        }
    }
}
