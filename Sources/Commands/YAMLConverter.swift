import JSON
import Yams

/// Converts the nodes of YAML documents to JSON values, within limits.
///
/// Aliases are copies of the anchored node, so a short text can stand for a very large value. The copies count.
struct YAMLConverter {
    private static let depthMax = 32
    /// Of one job: as many as the API takes.
    private static let valuesMax = 10_000
    private static let valuesOfFileMax = 1_000_000

    private typealias Position = (line: Int, column: Int)

    /// The mistakes in the node that was converted last, with the JSON pointers of their values, which became null.
    private(set) var faults: [(pointer: String, fault: TextFault)] = []
    private var values = 0
    private var valuesOfFile = 0
    /// The last position in the documents before this one.
    private var documentStart: Position = (0, 0)
    private var latest: Position = (0, 0)

    /// Goes on to the next document. An anchor ends with its document, but Yams would still know it.
    mutating func beginDocument() {
        documentStart = latest
    }

    /// Whether no other node of this file can be converted.
    var isExhausted: Bool { valuesOfFile > Self.valuesOfFileMax }

    /// Converts a node that should be a job, and collects the mistakes in it. Throws one that ends the conversion.
    mutating func value(_ node: Node) throws(TextFault) -> JSONValue {
        (values, faults) = (0, [])
        return try value(node, pointer: "", depth: 0, before: Self.position(node))
    }

    /// `before`: the position of the value around this one, where a mistake is reported that has no place of its own.
    private mutating func value(
        _ node: Node, pointer: String, depth: Int, before: Position
    ) throws(TextFault) -> JSONValue {
        try enter(node, depth: depth, before: before)
        do throws(TextFault) {
            switch node {
            case .scalar(let scalar): return try Self.value(scalar, at: Self.position(node))
            case .sequence(let sequence): try Self.refuseTag(sequence.tag, allowed: "seq", at: Self.position(node))
            case .mapping(let mapping): try Self.refuseTag(mapping.tag, allowed: "map", at: Self.position(node))
            // Yams's parser puts the anchored node in the place of an alias.
            case .alias: throw TextFault(node.mark, "an alias can't be used here: write the value")
            }
        } catch {
            faults.append((pointer, error))
            return .null
        }
        if let mapping = node.mapping { return try object(mapping, pointer: pointer, depth: depth + 1) }
        var elements: [JSONValue] = []
        for element in node.sequence ?? [] {
            let inner = "\(pointer)/\(elements.count)"
            elements.append(try value(element, pointer: inner, depth: depth + 1, before: Self.position(node)))
        }
        return .array(elements)
    }

    private mutating func object(_ mapping: Node.Mapping, pointer: String, depth: Int) throws(TextFault) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        let before: Position = mapping.mark.map { ($0.line, $0.column) } ?? (1, 1)
        for (key, inner) in mapping {
            try enter(key, depth: depth, before: before)
            let token = (key.scalar?.string ?? "").replacing("~", with: "~0").replacing("/", with: "~1")
            let value = try value(
                inner, pointer: "\(pointer)/\(token)", depth: depth, before: Self.position(key))
            do throws(TextFault) {
                let name = try Self.name(key)
                guard fields.updateValue(value, forKey: name) == nil else {
                    throw TextFault(key.mark, "the field “\(name.prefix(64))” is repeated: keep one of them")
                }
            } catch {
                faults.append(("\(pointer)/\(token)", error))
            }
        }
        return .object(fields)
    }

    /// Counts a node, and checks that it is within the limits and of this document.
    private mutating func enter(_ node: Node, depth: Int, before: Position) throws(TextFault) {
        values += 1
        valuesOfFile += 1
        func fault(_ message: String) -> TextFault {
            TextFault(line: before.line, column: before.column, message)
        }
        guard depth < Self.depthMax || node.scalar != nil else {
            throw fault("this nests deeper than \(Self.depthMax) levels")
        }
        guard values <= Self.valuesMax else {
            throw fault("the job has more than \(Self.valuesMax) values, those that aliases repeat included")
        }
        guard !isExhausted else {
            throw fault("the file has more than \(Self.valuesOfFileMax) values, those that aliases repeat included")
        }
        // libyaml gives an empty scalar the position of what follows it.
        guard node.scalar?.string != "" else { return }
        let position = Self.position(node)
        guard position > documentStart else {
            throw fault("an alias names an anchor of an earlier document: an anchor ends with its document")
        }
        if position > latest { latest = position }
    }

    /// The text of a key.
    private static func name(_ key: Node) throws(TextFault) -> String {
        let position = position(key)
        guard let scalar = key.scalar else {
            throw TextFault(key.mark, "a list or a mapping can't be the name of a field: write text")
        }
        if scalar.style == .plain, scalar.string == "<<" {
            throw TextFault(
                key.mark, "the merge key << is not part of YAML 1.2: write the fields, or an alias of a whole value")
        }
        // Yams has set the tag of a plain key to that of a string, to compare it with the others.
        let isPlain = scalar.style == .plain && ["", stringTag].contains(scalar.tag.rawValue)
        let value = isPlain ? try plain(scalar, at: position) : try Self.value(scalar, at: position)
        guard case .string(let name) = value else {
            throw TextFault(
                key.mark, "the name of a field is \(value.kind), “\(scalar.string.prefix(64))”: write it in quotes")
        }
        return name
    }

    private static let stringTag = "tag:yaml.org,2002:str"

    private static func value(_ scalar: Node.Scalar, at position: Position) throws(TextFault) -> JSONValue {
        let tag = scalar.tag.rawValue
        guard !tag.isEmpty else { return try plain(scalar, at: position) }
        do {
            return try CoreSchema.value(of: scalar.string, tag: tag)
        } catch {
            throw TextFault(line: position.line, column: position.column, error.message)
        }
    }

    private static func plain(_ scalar: Node.Scalar, at position: Position) throws(TextFault) -> JSONValue {
        do {
            return try CoreSchema.value(ofPlain: scalar.string)
        } catch {
            throw TextFault(line: position.line, column: position.column, error.message)
        }
    }

    /// Refuses an explicit tag of a list or a mapping, unless it is `!`, `!!seq` or `!!map`.
    private static func refuseTag(_ tag: Tag, allowed: String, at position: Position) throws(TextFault) {
        guard ["", "!", "tag:yaml.org,2002:\(allowed)"].contains(tag.rawValue) else {
            throw TextFault(
                line: position.line, column: position.column, CoreSchema.unknownTag(tag.rawValue).message)
        }
    }

    private static func position(_ node: Node) -> Position {
        node.mark.map { ($0.line, $0.column) } ?? (1, 1)
    }
}
