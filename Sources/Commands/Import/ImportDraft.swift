import JSON
import JobCore

/// A job of another scheduler in the words of Belfry, before its names and its target are settled and it is checked.
struct ImportDraft {
    /// Nil if the source names none.
    var service: String?
    /// What the job should be called. It may hold anything.
    var name: String
    /// Nil if the source has nothing that Belfry can call.
    var target: InvocationTarget?
    /// What the source has in its place, for the message; such as “the Lambda function arn:…”.
    var foreignTarget: String?
    /// All other fields of the document. `ttl_seconds` and `time_zone` may be missing.
    var fields: [String: JSONValue]
    var place: FilePlace
    /// Whether the time zone of its scheduler is not known, if the fields have none.
    var zoneIsOpen = false
    /// Whether people know the job by its name: then they are told of another one.
    var isNameKnown = true

    /// A draft with the fields that every job needs.
    init(name: String, schedule: String, place: FilePlace) {
        self.name = name
        self.place = place
        fields = [
            "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false), "schedule": .string(schedule),
        ]
    }

    /// Sets the payload to a JSON object.
    mutating func setPayload(_ object: [String: JSONValue]) {
        fields["payload"] = .string(JSONValue.object(object).text)
    }

    /// Sets the description to the first bytes of a text.
    mutating func setDescription(_ text: String) {
        let cleaned = ForeignText.cleaned(text, bytesMax: 1_000)
        if !cleaned.isEmpty { fields["description"] = .string(cleaned) }
    }
}
