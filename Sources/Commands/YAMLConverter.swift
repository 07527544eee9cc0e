import JSON
import JobCore
import Yams

/// Converts the nodes of YAML documents to JSON values, within limits.
///
/// Aliases are copies of the anchored node, so a short text can stand for a very large value. The copies count.
struct YAMLConverter {
    private static let depthMax = 32
    /// Of one job: as many as the API takes.
    private static let valuesMax = 10_000
    private static let valuesOfFileMax = 1_000_000
    private static let bytesOfFileMax = 4 * InputFile.bytesMax
    private static let nameBytesMax = 1_024

    private typealias Position = (line: Int, column: Int)

    /// The mistakes in the node that was converted last, with the JSON pointers of their values, which became null.
    private(set) var faults: [(pointer: String, fault: TextFault)] = []
    private var values = 0
    private var valuesOfFile = 0
    /// Of the texts of scalars, names of fields included.
    private var bytes = 0
    private var bytesOfFile = 0

    /// Whether no other node of this file can be converted.
    var isExhausted: Bool { valuesOfFile > Self.valuesOfFileMax || bytesOfFile > Self.bytesOfFileMax }

    /// Converts a node that should be a job, and collects the mistakes in it. Throws one that ends the conversion.
    mutating func value(_ node: Node, in document: YAMLDocument) throws(TextFault) -> JSONValue {
        (values, bytes, faults) = (0, 0, [])
        return try value(node, in: document, pointer: "", depth: 0, before: Self.position(node))
    }

    /// `before`: the position of the value around this one, where a mistake is reported that has no place of its own.
    private mutating func value(
        _ written: Node, in document: YAMLDocument, pointer: String, depth: Int, before: Position
    ) throws(TextFault) -> JSONValue {
        var target: Node?
        do throws(TextFault) {
            if let scalar = written.scalar, document.isAlias(scalar) { target = try document.target(of: scalar) }
        } catch {
            try enter(written, in: document, depth: depth, before: before)
            faults.append((pointer, error))
            return .null
        }
        let node = target ?? written
        try enter(node, in: document, depth: depth, before: before)
        do throws(TextFault) {
            switch node {
            case .scalar(let scalar): return try Self.value(scalar, text: document.text(of: scalar))
            case .sequence(let sequence): try Self.refuseTag(of: sequence)
            case .mapping(let mapping): try Self.refuseTag(mapping.tag, allowed: "map", at: Self.position(node))
            // With stand-ins for aliases, Yams's parser makes none.
            case .alias: throw TextFault(node.mark, "an alias can't be used here: write the value")
            }
        } catch {
            faults.append((pointer, error))
            return .null
        }
        if let mapping = node.mapping {
            return try object(mapping, in: document, pointer: pointer, depth: depth + 1)
        }
        var elements: [JSONValue] = []
        for element in node.sequence ?? [] {
            let inner = "\(pointer)/\(elements.count)"
            elements.append(
                try value(element, in: document, pointer: inner, depth: depth + 1, before: Self.position(node)))
        }
        return .array(elements)
    }

    private mutating func object(
        _ mapping: Node.Mapping, in document: YAMLDocument, pointer: String, depth: Int
    ) throws(TextFault) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        var places: [String: Position] = [:]
        let before: Position = mapping.mark.map { ($0.line, $0.column) } ?? (1, 1)
        for (key, inner) in mapping {
            try enter(key, in: document, depth: depth, before: before)
            let text = key.scalar.map(document.text(of:)) ?? ""
            guard text.utf8.count <= Self.nameBytesMax else {
                throw TextFault(key.mark, "the name of a field has more than \(Self.nameBytesMax) bytes: shorten it")
            }
            let inside = "\(pointer)/\(text.replacing("~", with: "~0").replacing("/", with: "~1"))"
            let value = try value(inner, in: document, pointer: inside, depth: depth, before: Self.position(key))
            do throws(TextFault) {
                let name = try Self.name(key, text: text, in: document)
                if let first = places[name] {
                    throw TextFault(
                        key.mark,
                        "the field “\(name.prefix(64))” is repeated: it is already at line \(first.line), "
                            + "column \(first.column). Keep one of them")
                }
                (fields[name], places[name]) = (value, Self.position(key))
            } catch {
                faults.append((inside, error))
            }
        }
        return .object(fields)
    }

    /// Counts a node, and checks that it is within the limits.
    private mutating func enter(
        _ node: Node, in document: YAMLDocument, depth: Int, before: Position
    ) throws(TextFault) {
        let length = node.scalar.map { document.text(of: $0).utf8.count } ?? 0
        (values, valuesOfFile) = (values + 1, valuesOfFile + 1)
        (bytes, bytesOfFile) = (bytes + length, bytesOfFile + length)
        func fault(_ message: String) -> TextFault {
            TextFault(line: before.line, column: before.column, message)
        }
        guard depth < Self.depthMax || node.scalar != nil else {
            throw fault("this nests deeper than \(Self.depthMax) levels")
        }
        guard values <= Self.valuesMax else {
            throw fault("the job has more than \(Self.valuesMax) values, those that aliases repeat included")
        }
        guard bytes <= JobDocument.bytesMax else {
            throw fault("the job has more than \(JobDocument.bytesMax) bytes, those that aliases repeat included")
        }
        guard valuesOfFile <= Self.valuesOfFileMax else {
            throw fault("the file has more than \(Self.valuesOfFileMax) values, those that aliases repeat included")
        }
        guard bytesOfFile <= Self.bytesOfFileMax else {
            throw fault("the file has more than \(Self.bytesOfFileMax) bytes, those that aliases repeat included")
        }
    }

    /// Refuses an explicit tag of a list, unless it is `!` or `!!seq`.
    static func refuseTag(of list: Node.Sequence) throws(TextFault) {
        try refuseTag(list.tag, allowed: "seq", at: position(.sequence(list)))
    }

    /// The text of a key, `text`, if it can be the name of a field.
    private static func name(
        _ key: Node, text: String, in document: YAMLDocument
    ) throws(TextFault) -> String {
        guard let scalar = key.scalar else {
            throw TextFault(key.mark, "a list or a mapping can't be the name of a field: write text")
        }
        guard !document.isAlias(scalar) else {
            throw TextFault(key.mark, "an alias can't be the name of a field: write the name, in quotes if it has a *")
        }
        if scalar.style == .plain, text == "<<" {
            throw TextFault(
                key.mark, "the merge key << is not part of YAML 1.2: write the fields, or an alias of a whole value")
        }
        // Yams has set the tag of a plain key to that of a string, to compare it with the others.
        let isPlain = scalar.style == .plain && ["", stringTag].contains(scalar.tag.rawValue)
        let value = isPlain ? try plain(text, at: position(key)) : try Self.value(scalar, text: text)
        guard case .string(let name) = value else {
            throw TextFault(
                key.mark, "the name of a field is \(value.kind), “\(text.prefix(64))”: write it in quotes")
        }
        return name
    }

    private static let stringTag = "tag:yaml.org,2002:str"

    private static func value(_ scalar: Node.Scalar, text: String) throws(TextFault) -> JSONValue {
        let (tag, position) = (scalar.tag.rawValue, position(.scalar(scalar)))
        guard !tag.isEmpty else { return try plain(text, at: position) }
        do {
            return try CoreSchema.value(of: text, tag: tag)
        } catch {
            throw TextFault(line: position.line, column: position.column, error.message)
        }
    }

    private static func plain(_ text: String, at position: Position) throws(TextFault) -> JSONValue {
        do {
            return try CoreSchema.value(ofPlain: text)
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
