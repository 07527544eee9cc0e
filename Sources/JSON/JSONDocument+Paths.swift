extension JSONDocument {
    /// The keys from the document to a value. Built only for errors and for types that ask for their path: no decoder
    /// keeps one.
    func path(to target: Int) -> [JSONKey] {
        var keys: [JSONKey] = []
        var container = 0
        while container < target, let step = step(from: container, towards: target) {
            keys.append(step.key)
            container = step.value
        }
        return keys
    }

    /// The element or field of the container in which the target lies.
    private func step(from container: Int, towards target: Int) -> (key: JSONKey, value: Int)? {
        let isObject = nodes[container].kind == .object
        var index = container + 1
        var position = 0
        while index <= target {
            let value = isObject ? index + 1 : index
            let next = nodes.indexPast(value)
            if target < next { return (isObject ? JSONKey(name(at: index)) : JSONKey(position), value) }
            index = next
            position += 1
        }
        return nil
    }

    /// The value inside a container to which a key leads.
    private func value(of key: any CodingKey, in container: Int) -> Int? {
        switch nodes[container].kind {
        case .object: return field(key.stringValue, of: container)
        case .array:
            guard let position = key.intValue, 0..<nodes[container].count ~= position else { return nil }
            return (0..<position).reduce(container + 1) { index, _ in nodes.indexPast(index) }
        default: return nil
        }
    }

    /// The error to report for whatever a type threw while it was decoded.
    func explained(_ error: any Error) -> JSONError {
        guard let error = error as? DecodingError else {
            return JSONError(.invalidValue, "\(error)", offset: nodes[0].errorOffset, in: bytes)
        }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return explained(context, .wrongType)
        case .keyNotFound(let key, let context):
            return explained(context, .missingField, missing: key)
        case .dataCorrupted(let context):
            return explained(context, .invalidValue)
        @unknown default:
            return JSONError(.invalidValue, "\(error)", offset: nodes[0].errorOffset, in: bytes)
        }
    }

    private func explained(
        _ context: DecodingError.Context, _ code: JSONError.Code, missing: (any CodingKey)? = nil
    ) -> JSONError {
        let failure = context.underlyingError as? JSONDecodingFailure
        var pointer = ""
        // The innermost value of the path that exists; the path ends with keys that do not if a field is missing.
        var value: Int? = 0
        var offset = nodes[0].errorOffset
        for key in context.codingPath {
            let isElement = value.map { nodes[$0].kind == .array } ?? false
            pointer += Self.pointerToken(isElement ? key.intValue.map(String.init) ?? key.stringValue : key.stringValue)
            value = value.flatMap { self.value(of: key, in: $0) }
            if let value { offset = nodes[value].errorOffset }
        }
        if let missing { pointer += Self.pointerToken(missing.stringValue) }
        return JSONError(
            failure?.code ?? code, failure?.message ?? context.debugDescription, offset: offset, path: pointer,
            in: bytes)
    }

    /// One reference token of a JSON pointer, escaped as in RFC 6901, section 3.
    private static func pointerToken(_ key: String) -> String {
        var token = "/"
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}

/// The key of an element or a field in the paths of decoding errors.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(_ position: Int) {
        stringValue = "\(position)"
        intValue = position
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}

/// The code and the message of our own decoding errors, carried inside the `DecodingError` that the type sees.
struct JSONDecodingFailure: Error {
    var code: JSONError.Code
    var message: String
}
