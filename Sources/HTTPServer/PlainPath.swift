/// Makes one of all equivalent forms of a path. Pure.
enum PlainPath {
    /// Decodes every percent-encoded octet that stands for a letter, a digit, `-`, `.`, `_` or `~`: encoded or not, it
    /// means the same (RFC 3986, section 6.2.2.2). All names of jobs and services are made of these characters, so an
    /// octet that stays encoded is in no name. The query is left as it is.
    static func normalized(_ path: String) -> String {
        guard path.utf8.contains(percent) else { return path }
        var result: [UInt8] = []
        let bytes = Array(path.utf8)
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "?") {
            if let octet = octet(in: bytes, at: index), isUnreserved(octet) {
                result.append(octet)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result + bytes[index...], as: UTF8.self)
    }

    private static let percent = UInt8(ascii: "%")

    /// The octet that `%` and two hexadecimal digits stand for.
    private static func octet(in bytes: [UInt8], at index: Int) -> UInt8? {
        guard bytes[index] == percent, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
            let low = digit(bytes[index + 2])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(octet)
        }
    }
}
