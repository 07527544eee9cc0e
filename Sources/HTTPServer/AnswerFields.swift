import Glibc
import HTTPTypes
import Synchronization

/// The fields that all answers of a server have, for those that Hummingbird does not write.
final class AnswerFields: Sendable {
    static let serverName = "belfry"

    private let date = Mutex<(second: Int, text: String)>((-1, ""))

    func add(to fields: inout HTTPFields) {
        fields[.date] = text(at: Glibc.time(nil))
        fields[.server] = Self.serverName
    }

    /// The date as HTTP has it (RFC 9110, section 5.6.7). It is made once a second.
    func text(at second: Int) -> String {
        date.withLock { date in
            if date.second != second { date = (second, Self.format(second)) }
            return date.text
        }
    }

    private static func format(_ second: Int) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        var text = [CChar](repeating: 0, count: 40)
        // The names of days and months are English, since no program of ours sets a locale.
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text[..<count].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
