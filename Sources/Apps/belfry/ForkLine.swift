import Commands
import JSON
import Messaging

/// A fork as `belfry forks list` shows it.
struct ForkLine {
    let state: ForkState
    let messages: Int64?
    let consumers: Int64?

    private var keepsBytes: Int64? { state.isEnabled && state.fork.queue != nil ? state.options.bytesMax : nil }
    private var keepsSeconds: Int64? { state.isEnabled && state.fork == .archive ? state.options.ageSecondsMax : nil }

    /// Nil for a user that may publish nothing, which the broker writes as the pattern `^$`.
    private var publishesTo: String? { state.write == "^$" ? nil : state.write }

    var cells: [String] {
        let keeps = [keepsBytes.map(ByteCountText.text), keepsSeconds.map { "\($0 / 86_400)d \($0 / 3_600 % 24)h" }]
        return [
            state.fork.rawValue, state.isEnabled ? "yes" : "no", messages.map { "\($0)" } ?? "-",
            consumers.map { "\($0)" } ?? "-", keeps.compactMap { $0 }.joined(separator: ", "), publishesTo ?? "-",
            state.faults.joined(separator: "; "),
        ].map { $0.isEmpty ? "-" : $0 }
    }

    var json: JSONValue {
        func number(_ value: Int64?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
        return .object([
            "fork": .string(state.fork.rawValue), "enabled": .bool(state.isEnabled), "messages": number(messages),
            "consumers": number(consumers), "bytes_max": number(keepsBytes), "age_seconds_max": number(keepsSeconds),
            "publishes_to": publishesTo.map(JSONValue.string) ?? .null,
            "differences": .array(state.faults.map(JSONValue.string)),
        ])
    }
}
