import NIOCore

/// The parts of a callback URL that a request needs.
struct CallbackURL {
    var host: String
    var port: Int
    var path: String

    private static let name = Array("\"callback_url\":\"".utf8)

    /// Finds the field `callback_url` in the bytes of a webhook's body, in which slashes may be escaped.
    init?(inWebhook body: ByteBuffer) {
        let url = body.withUnsafeReadableBytes { bytes -> String? in
            let last = bytes.count - Self.name.count
            guard last >= 0, let start = (0...last).first(where: { bytes[$0...].starts(with: Self.name) }) else {
                return nil
            }
            let text = bytes[(start + Self.name.count)...].prefix { $0 != UInt8(ascii: "\"") }
            return String(decoding: text, as: UTF8.self)
        }
        let parts = url?.replacing("\\", with: "").split(separator: "/", maxSplits: 2) ?? []
        guard parts.count == 3, let colon = parts[1].lastIndex(of: ":"),
            let port = Int(parts[1][parts[1].index(after: colon)...])
        else { return nil }
        host = String(parts[1][..<colon])
        self.port = port
        path = "/\(parts[2])"
    }
}
