extension JSONDocument {
    /// Decodes the value at a node. Throws `DecodingError`; an error of any other type that the decoded type throws is
    /// wrapped, so that its path is not lost.
    func decode<Value: Decodable>(_ type: Value.Type, at node: Int) throws -> Value {
        do {
            return try Value(from: NodeDecoder(document: self, node: node))
        } catch let error as DecodingError {
            throw error
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: path(to: node), debugDescription: "\(error)", underlyingError: error))
        }
    }

    @inline(__always)
    func isNull(_ node: Int) -> Bool { nodes[node].kind == .null }

    @inline(__always)
    func decodeString(at node: Int) throws -> String {
        guard let string = string(at: node) else { throw mismatch(String.self, "a string", at: node) }
        return string
    }

    @inline(__always)
    func decodeBool(at node: Int) throws -> Bool {
        switch nodes[node].kind {
        case .true: return true
        case .false: return false
        default: throw mismatch(Bool.self, "a boolean", at: node)
        }
    }

    @inline(__always)
    func decodeInteger<Number: FixedWidthInteger>(_ type: Number.Type, at node: Int) throws -> Number {
        if nodes[node].kind == .integer, let number = Number(exactly: nodes[node].integer) { return number }
        return try decodeUnusualInteger(type, at: node)
    }

    /// Integers that Int64 cannot represent, and integers with a fraction or an exponent, such as `1.0` or `1e3`.
    private func decodeUnusualInteger<Number: FixedWidthInteger>(_ type: Number.Type, at node: Int) throws -> Number {
        switch nodes[node].kind {
        case .integer: throw outOfRange(type, at: node)
        case .real:
            let text = numberText(at: node)
            if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0 &- UInt8(ascii: "0") < 10 }) {
                guard let number = Number(text) else { throw outOfRange(type, at: node) }
                return number
            }
            let real = nodes[node].real
            // Above 2^53 a Double does not show that the text had another fraction or another last digit.
            guard real.magnitude <= 0x1p53, real.rounded(.towardZero) == real else {
                throw mismatch(type, "a whole number", at: node)
            }
            guard let number = Number(exactly: real) else { throw outOfRange(type, at: node) }
            return number
        default: throw mismatch(type, "a whole number", at: node)
        }
    }

    @inline(__always)
    func decodeDouble(at node: Int) throws -> Double {
        guard let number = nodes[node].double else { throw mismatch(Double.self, "a number", at: node) }
        return number
    }

    /// Reads the text of the number again: rounding it to a Double first might round it twice.
    func decodeFloat(at node: Int) throws -> Float {
        guard nodes[node].double != nil else { throw mismatch(Float.self, "a number", at: node) }
        guard let number = Float(numberText(at: node)), number.isFinite else { throw outOfRange(Float.self, at: node) }
        return number
    }

    private func numberText(at node: Int) -> String {
        let start = Int(nodes[node].start)
        let isNumberByte: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "E"), UInt8(ascii: "e"):
                true
            default: false
            }
        }
        return String(decoding: bytes[start...].prefix(while: isNumberByte), as: UTF8.self)
    }

    // The errors of the standard decoders, with our own words inside.

    func mismatch(_ type: any Any.Type, _ expected: String, at node: Int) -> DecodingError {
        let found = nodes[node].kind == .real ? "the number \(numberText(at: node))" : nodes[node].kindInWords
        let context = context(.wrongType, "expected \(expected), found \(found)", at: node)
        return isNull(node) ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func outOfRange(_ type: any Any.Type, at node: Int) -> DecodingError {
        let message = "the number \(numberText(at: node)) is out of the range of \(type)"
        return .dataCorrupted(context(.numberOutOfRange, message, at: node))
    }

    func missing(_ key: some CodingKey, in object: Int) -> DecodingError {
        .keyNotFound(key, context(.missingField, "the field is missing", at: object))
    }

    func pastEnd(_ type: any Any.Type, of array: Int) -> DecodingError {
        let message = "the list has too few elements: \(nodes[array].count)"
        return .valueNotFound(type, context(.missingField, message, at: array))
    }

    private func context(_ code: JSONError.Code, _ message: String, at node: Int) -> DecodingError.Context {
        DecodingError.Context(
            codingPath: path(to: node), debugDescription: message,
            underlyingError: JSONDecodingFailure(code: code, message: message))
    }
}
