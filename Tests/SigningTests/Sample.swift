import Foundation
import Signing

enum Sample {
    /// 32 bytes derived from a name, as base64.
    static func base64(_ name: String) -> String {
        Data(String(repeating: name, count: 32).utf8.prefix(32)).base64EncodedString()
    }

    /// Signing keys with these ids, the first of which signs.
    static func keys(_ names: [String]) throws -> SigningKeys {
        let text = names.map { "\($0):\(base64($0))" }.joined(separator: ",")
        return try SigningKeys(parsing: text)
    }
}
