import Foundation
import JSON

/// A result as one line of JSON on standard output.
enum ResultLine {
    static func print(_ bench: String, _ fields: [String: JSONValue]...) {
        let all = fields.reduce(["bench": .string(bench)]) { all, more in all.merging(more) { $1 } }
        FileHandle.standardOutput.write(Data((JSONValue.object(all).text + "\n").utf8))
    }
}
