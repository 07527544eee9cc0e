import Crypto
import FoundationEssentials
public import JobCore

/// The token in a callback's URL, which allows its bearer to report for one execution and nothing else.
///
/// ```swift
/// let text = CallbackToken(executionID: id, expiresAt: deadline).signed(with: keys)
/// let token = try CallbackToken(verifying: text, keys: keys)
/// ```
///
/// The format is `v1.<kid>.<payload>.<mac>`, where payload and mac are base64url without padding. The payload is the
/// execution's id (16 bytes) and the second at which the token expires (8 bytes, big endian). The mac is HMAC-SHA256
/// over all that precedes its dot, with the signing key that `kid` names.
public struct CallbackToken: Sendable, Equatable {
    /// The execution that the bearer may report for.
    public var executionID: ExecutionID
    /// The instant from which the token is refused, unless its execution is still open: callbacks may extend a run
    /// for as long as it lives. Only whole seconds are written.
    public var expiresAt: Instant

    public init(executionID: ExecutionID, expiresAt: Instant) {
        self.executionID = executionID
        self.expiresAt = expiresAt
    }

    /// Writes the token and signs it with the current key.
    public func signed(with keys: SigningKeys) -> String {
        var payload = withUnsafeBytes(of: executionID.uuid.uuid) { Array($0) }
        withUnsafeBytes(of: UInt64(bitPattern: expiresAt.secondsSinceEpoch).bigEndian) { payload += $0 }
        let signed = "v1.\(keys.current.id).\(Base64URL.encode(payload))"
        var mac = keys.current.hmac
        mac.update(data: Array(signed.utf8))
        return mac.finalize().withUnsafeBytes { "\(signed).\(Base64URL.encode($0))" }
    }

    /// The reason why a token is refused.
    public enum Refusal: String, Error, Sendable, Equatable {
        /// The text doesn't have the format of a token.
        case malformed = "the token is malformed"
        /// No signing key verifies the mac.
        case forged = "the token's signature is not valid"
    }

    /// Reads a token and verifies its mac in constant time, but not its expiry. Throws the reason if it is refused.
    public init(verifying text: String, keys: SigningKeys) throws(Refusal) {
        guard text.utf8.count <= 256 else { throw .malformed }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("v1".utf8), let bytes = Base64URL.decode(parts[2]),
            bytes.count == 24, let given = Base64URL.decode(parts[3])
        else { throw .malformed }
        guard var mac = keys.key(Substring(parts[1]))?.hmac else { throw .forged }
        mac.update(data: Array(text.utf8.dropLast(parts[3].count + 1)))
        // swift-crypto compares a code with bytes in constant time.
        guard mac.finalize() == given else { throw .forged }
        let uuid = UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
        let seconds = bytes[16...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard seconds < UInt64(Int64.max) / 1_000 else { throw .malformed }
        executionID = ExecutionID(uuid)
        expiresAt = Instant(secondsSinceEpoch: Int64(seconds))
    }
}
