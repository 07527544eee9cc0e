import FoundationEssentials

/// base64url without padding (RFC 4648, section 5). It works on bytes instead of characters, because a token is written
/// for each delivery and read for each callback.
enum Base64URL {
    static func encode(_ data: Data) -> String {
        let bytes = data.base64EncodedData().lazy.filter { $0 != UInt8(ascii: "=") }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns nil unless the text is what ``encode(_:)`` writes: no padding, no other alphabet, no unused bits set.
    static func decode(_ text: some Collection<UInt8>) -> Data? {
        var base64 = Data()
        base64.reserveCapacity(text.count + 3)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): base64.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): base64.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: base64.append(byte)
            }
        }
        let last = base64.last
        while base64.count % 4 != 0 { base64.append(UInt8(ascii: "=")) }
        guard let data = Data(base64Encoded: base64) else { return nil }
        // Only the last character can have unused bits. They are 0 if encoding the last bytes gives the same character.
        let rest = data.suffix(data.count % 3 == 0 ? 3 : data.count % 3).base64EncodedData()
        return rest.last { $0 != UInt8(ascii: "=") } == last ? data : nil
    }
}
