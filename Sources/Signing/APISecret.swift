internal import Crypto
internal import FoundationEssentials

/// Secrets of API keys. Only their hash is kept: they are long and random, so a plain SHA-256 does.
public enum APISecret {
    /// A fresh secret, `belfry_` and 43 characters.
    public static func random() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return "belfry_"
            + bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    public static func hash(_ secret: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(secret.utf8)))
    }
}
