/// Texts as the server keeps them. PostgreSQL takes every character in a text but U+0000, so that one is written as
/// U+10FFFF (which has no meaning of its own) and “0”, and U+10FFFF as U+10FFFF and “1”.
enum PostgresText {
    private static let escape: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBF]

    static func encode(_ text: String, into bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.contains(where: { $0 == 0 || $0 == escape[0] }) else {
                bytes.append(contentsOf: utf8)
                return
            }
            var index = 0
            while index < utf8.count {
                if utf8[index] == 0 {
                    bytes += escape + [UInt8(ascii: "0")]
                    index += 1
                } else if utf8[index...].starts(with: escape) {
                    bytes += escape + [UInt8(ascii: "1")]
                    index += escape.count
                } else {
                    bytes.append(utf8[index])
                    index += 1
                }
            }
        }
    }

    static func decode(_ utf8: UnsafeBufferPointer<UInt8>) -> String {
        guard utf8.contains(escape[0]) else { return String(decoding: utf8, as: UTF8.self) }
        var bytes: [UInt8] = []
        var index = 0
        while index < utf8.count {
            let next = index + escape.count
            if utf8[index...].starts(with: escape), next < utf8.count {
                bytes += utf8[next] == UInt8(ascii: "0") ? [0] : escape
                index = next + 1
            } else {
                bytes.append(utf8[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
