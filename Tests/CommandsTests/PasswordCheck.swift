import Crypto
import Foundation

/// RabbitMQ's check of a password: a salt of 4 bytes, then SHA-256 over salt and password.
enum PasswordCheck {
    static func fits(_ password: String, hash: Data) -> Bool {
        Data(SHA256.hash(data: hash.prefix(4) + Data(password.utf8))) == hash.dropFirst(4)
    }
}
