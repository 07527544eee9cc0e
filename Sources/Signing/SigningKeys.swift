import Crypto
import FoundationEssentials

/// The keys for callback tokens, webhook signatures and sealed secrets.
///
/// The first key signs and seals, all keys verify and open, so a key can be replaced while tokens and secrets of the
/// old one are in use.
public struct SigningKeys: Sendable {
    /// One signing key.
    struct Key: Sendable {
        /// The `kid` that tokens name.
        var id: String
        /// 24 to 64 random bytes.
        let secret: SymmetricKey
        /// The begin of every HMAC with this key. Copies go on from it.
        let hmac: HMAC<SHA256>

        init(id: String, secret: SymmetricKey) {
            self.id = id
            self.secret = secret
            hmac = HMAC(key: secret)
        }
    }

    /// All keys; never empty.
    let keys: [Key]
    /// The key that signs.
    var current: Key { keys[0] }

    /// Reads a list such as `new:base64,old:base64`, with 24 to 64 random bytes in each base64.
    ///
    /// Throws the first mistake.
    public init(parsing text: String) throws(SigningKeysError) {
        var keys: [Key] = []
        for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let secret = Data(base64Encoded: String(parts[1])) else {
                throw SigningKeysError("entry \(index + 1) is not of the form kid:base64")
            }
            let id = String(parts[0])
            guard Self.isKeyID(id) else {
                throw SigningKeysError(
                    "the kid of entry \(index + 1) is not 1 to 32 characters of a-z, A-Z, 0-9 and “-”")
            }
            guard (24...64).contains(secret.count) else {
                throw SigningKeysError(
                    "the key of entry \(index + 1) has \(secret.count) bytes; give 24 to 64, such as "
                        + "`openssl rand -base64 32`")
            }
            // The message doesn't show the kid: if kid and key were swapped, it would be the key.
            guard !keys.contains(where: { $0.id == id }) else {
                throw SigningKeysError("entry \(index + 1) has the kid of an earlier entry; give each entry its own")
            }
            keys.append(Key(id: id, secret: SymmetricKey(data: secret)))
        }
        self.keys = keys
    }

    /// The `kid` of the key that signs and seals.
    public var currentID: String { current.id }

    /// The `kid`s of the keys that do not look random: those made of printable characters only, and those with few
    /// different bytes. Of a billion random keys about none does.
    public var guessableIDs: [String] {
        keys.filter { key in
            key.secret.withUnsafeBytes { bytes in
                Set(bytes).count < 12 || bytes.allSatisfy { (0x20...0x7E).contains($0) }
            }
        }.map(\.id)
    }

    /// Returns the key with this id, or nil if there is none.
    func key(_ id: some StringProtocol) -> Key? {
        keys.first { $0.id == id }
    }

    /// Whether a text may be the `kid` of a key.
    static func isKeyID(_ text: some StringProtocol) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(isKeyIDByte)
    }

    private static func isKeyIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
