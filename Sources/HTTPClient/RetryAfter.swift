import CCurl

/// The `Retry-After` header (RFC 9110, 10.2.3): a number of seconds or a date.
enum RetryAfter {
    /// A day: no server may put a delivery off for longer.
    static let secondsMax = 86_400

    /// Seconds to wait from `now` (seconds since 1970), or nil when `text` is neither form.
    static func seconds(_ text: String, now: @autoclosure () -> Int64) -> Int? {
        let text = text.utf8.drop { $0 == UInt8(ascii: " ") }
        guard let first = text.first else { return nil }
        if UInt8(ascii: "0")...UInt8(ascii: "9") ~= first {
            guard text.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
            // A number that doesn't fit an Int is longer than a day.
            return min(Int(String(text) ?? "") ?? secondsMax, secondsMax)
        }
        return secondsSinceEpoch(String(text) ?? "").map { Int(min(max(0, $0 - now()), Int64(secondsMax))) }
    }

    /// The seconds since 1970 of an HTTP-date; nil if `text` is none.
    static func secondsSinceEpoch(_ text: String) -> Int64? {
        // curl_getdate knows the three forms of HTTP-date.
        let date = curl_getdate(text, nil)
        return date < 0 ? nil : Int64(date)
    }
}
