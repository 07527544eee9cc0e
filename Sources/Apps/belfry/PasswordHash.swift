import Crypto
import Foundation

/// Hashes passwords as RabbitMQ's definitions files contain them.
///
/// The hash is the base64 of a salt of 4 bytes and of SHA-256 over salt and password (RabbitMQ documentation,
/// "Credentials and Passwords").
enum PasswordHash {
    /// Hashes a password with a new random salt.
    static func salted(_ password: String) -> String {
        let salt = Data((0..<4).map { _ in UInt8.random(in: 0...255) })
        return (salt + Data(SHA256.hash(data: salt + Data(password.utf8)))).base64EncodedString()
    }
}
