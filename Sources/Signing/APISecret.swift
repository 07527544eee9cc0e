import Crypto
import FoundationEssentials

/// Creates and hashes the secrets of API keys.
///
/// The store keeps only the hash. Secrets are long and random, so a plain SHA-256 is enough: there is nothing to guess
/// that a slow password hash would protect.
public enum APISecret {
    /// Creates a random secret of 256 bits, written as `belfry_` and 43 characters of base64url.
    public static func random() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return "belfry_"
            + bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Whether a text is a secret that ``random()`` may have made.
    public static func isSecret(_ text: String) -> Bool {
        text.wholeMatch(of: #/belfry_[A-Za-z0-9_-]{43}/#) != nil
    }

    /// Returns the SHA-256 of a secret: the 32 bytes that the store keeps.
    public static func hash(_ secret: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(secret.utf8)))
    }
}
