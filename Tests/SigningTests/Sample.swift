import Foundation
import Signing

enum Sample {
    /// 32 bytes that are the same for the same name, as base64.
    static func base64(_ name: String) -> String {
        Data(String(repeating: name, count: 32).utf8.prefix(32)).base64EncodedString()
    }

    /// Keys of these names, the first of which signs.
    static func keys(_ names: [String]) -> SigningKeys {
        let text = names.map { "\($0):\(base64($0))" }.joined(separator: ",")
        guard let keys = try? SigningKeys(parsing: text) else { fatalError("the sample keys are good") }
        return keys
    }
}
