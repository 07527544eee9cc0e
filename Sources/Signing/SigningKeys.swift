internal import Crypto
internal import FoundationEssentials

/// The keys that sign: the first one signs, all of them verify, so that a key can be replaced without a gap.
public struct SigningKeys: Sendable {
    struct Key: Sendable {
        var id: String
        var secret: SymmetricKey
    }

    let keys: [Key]
    var current: Key { keys[0] }

    /// Reads `kid:base64,…` with 24 to 64 random bytes behind each base64.
    public init(parsing text: String) throws(SigningKeysError) {
        var keys: [Key] = []
        for (index, entry) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let secret = Data(base64Encoded: String(parts[1])) else {
                throw SigningKeysError("entry \(index + 1) is not of the form kid:base64")
            }
            let id = String(parts[0])
            guard (1...32).contains(id.utf8.count), id.utf8.allSatisfy(Self.isKeyIDByte) else {
                throw SigningKeysError("the kid of entry \(index + 1) is not 1 to 32 of a-z, A-Z, 0-9 and “-”")
            }
            guard (24...64).contains(secret.count) else {
                throw SigningKeysError(
                    "the key of entry \(index + 1) has \(secret.count) bytes; give 24 to 64, such as "
                        + "`openssl rand -base64 32`")
            }
            // Not even the kid is shown: where the two were swapped it is the key.
            guard !keys.contains(where: { $0.id == id }) else {
                throw SigningKeysError("the kid of entry \(index + 1) stands twice")
            }
            keys.append(Key(id: id, secret: SymmetricKey(data: secret)))
        }
        self.keys = keys
    }

    func key(_ id: some StringProtocol) -> Key? {
        keys.first { $0.id == id }
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

/// What is wrong with a list of keys. It never holds a key.
public struct SigningKeysError: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
