import Foundation
import JSON
import JobCore

extension JSONValue {
    /// The value of an object's field; nil if it is absent or this is not an object.
    subscript(_ field: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[field]
    }

    /// The text of a string; nil for another kind.
    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The values of a list; nil for another kind.
    var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// Whether it is an object.
    var isObject: Bool {
        guard case .object = self else { return false }
        return true
    }

    /// The value as a cell of a table.
    var cell: String {
        switch self {
        case .null: "-"
        case .string(let text): text
        default: text
        }
    }

    /// The value as indented JSON with sorted keys.
    var indented: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }
}
