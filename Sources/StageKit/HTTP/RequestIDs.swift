public import HTTPTypes
import Synchronization

/// The ids of requests, by which a client's report leads to the lines of the log.
public enum RequestIDs {
    /// `X-Request-Id`. HTTP allows the name, so it is never nil.
    public static let field = HTTPField.Name("X-Request-Id")

    private static let last = Atomic<UInt64>(.random(in: .min ... .max))

    /// 16 hexadecimal digits. A process repeats none, and random bits, for which the system is called, are needed once.
    public static func next() -> String {
        // SplitMix64: neighbours look unlike each other.
        var bits = last.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return String(unsafeUninitializedCapacity: 16) { digits in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: bits >> UInt64(60 - 4 * index)) & 15
                digits[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }
}
