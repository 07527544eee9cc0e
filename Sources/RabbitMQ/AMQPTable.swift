import JSON

/// A field table of AMQP 0-9-1: a client's properties, a queue's arguments, a message's headers.
///
///     let properties: AMQPTable = [
///         "connection_name": .text("tickerd publish"), "capabilities": .table(["connection.blocked": .bool(true)]),
///     ]
struct AMQPTable: Equatable, ExpressibleByDictionaryLiteral {
    /// The kinds of values that Belfry sends.
    enum Value: Equatable {
        case bool(Bool)
        case integer(Int64)
        case text(String)
        /// Seconds since the epoch.
        case timestamp(UInt64)
        case table(AMQPTable)
    }

    struct Field: Equatable {
        var name: String
        var value: Value
    }

    /// In the order in which they are sent.
    let fields: [Field]

    init(fields: [Field]) {
        self.fields = fields
    }

    init(dictionaryLiteral elements: (String, Value)...) {
        fields = elements.map { Field(name: $0, value: $1) }
    }

    /// A message's headers.
    init(_ headers: [String: String]) {
        fields = headers.map { Field(name: $0.key, value: .text($0.value)) }
    }

    /// A queue's arguments, sorted by name. The values must be booleans, whole numbers, strings or objects of these.
    init(arguments: [String: JSONValue]) {
        fields = arguments.sorted { $0.key < $1.key }.map { name, value in
            switch value {
            case .bool(let flag): Field(name: name, value: .bool(flag))
            case .integer(let number): Field(name: name, value: .integer(number))
            case .string(let text): Field(name: name, value: .text(text))
            case .object(let object): Field(name: name, value: .table(AMQPTable(arguments: object)))
            case .null, .number, .array: preconditionFailure("the argument \(name) has a value that no queue takes")
            }
        }
    }
}
