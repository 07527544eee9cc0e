import Yams

/// A document of a YAML text, and the values that its aliases stand for.
struct YAMLDocument {
    private struct Place: Hashable {
        var line: Int
        var column: Int

        init(_ mark: Mark?) {
            (line, column) = (mark?.line ?? 1, mark?.column ?? 1)
        }
    }

    let root: Node
    private let standIns: YAMLStandIns
    /// The owner of the anchors, to which nodes have weak references only.
    private let parser: Parser
    private var targets: [Place: Node] = [:]

    /// `parser` has composed `root` from the text with the stand-ins.
    init(root: Node, standIns: YAMLStandIns, parser: Parser) {
        (self.root, self.standIns, self.parser) = (root, standIns, parser)
        var anchors: [String: Node] = [:]
        findTargets(in: root, &anchors)
    }

    /// The text of a scalar as the file has it.
    func text(of scalar: Node.Scalar) -> String { standIns.original(scalar.string) }

    /// Whether the scalar is an alias, or text that looks like one.
    func isAlias(_ scalar: Node.Scalar) -> Bool { standIns.isAlias(scalar) }

    /// The anchored value that an alias stands for. It is no alias itself. Throws if there is none.
    func target(of alias: Node.Scalar) throws(TextFault) -> Node {
        let text = text(of: alias)
        guard alias.tag.rawValue.isEmpty, alias.anchor == nil else {
            throw TextFault(alias.mark, "an alias can't have a tag or an anchor: remove it")
        }
        guard text.wholeMatch(of: /\*[0-9A-Za-z_\-]+/) != nil else {
            throw TextFault(alias.mark, "text that begins with * is an alias: write “\(text.prefix(64))” in quotes")
        }
        guard let target = targets[Place(alias.mark)] else {
            throw TextFault(
                alias.mark, "the alias \(text.prefix(64)) has no anchor before it: anchors end with their document")
        }
        return target
    }

    /// The place of the field that a JSON pointer leads to, or of the last value on the way to it if it is missing.
    func place(of pointer: String, from start: Node, in file: String) -> FilePlace {
        var (node, mark) = (start, start.mark)
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            if let alias = node.scalar, let target = targets[Place(alias.mark)] { node = target }
            let name = String(token.replacing("~1", with: "/").replacing("~0", with: "~"))
            if let field = node.mapping?.first(where: { $0.key.scalar.map(text(of:)) == name }) {
                (node, mark) = (field.value, field.key.mark)
            } else if let sequence = node.sequence, let index = Int(name), sequence.indices.contains(index) {
                (node, mark) = (sequence[index], sequence[index].mark)
            } else {
                break
            }
        }
        return FilePlace(file: file, line: mark?.line, column: mark?.column)
    }

    /// In the order of the text: an alias stands for the last value before it that has its name.
    private mutating func findTargets(in node: Node, _ anchors: inout [String: Node]) {
        switch node {
        case .scalar(let scalar):
            guard isAlias(scalar) else { break }
            targets[Place(scalar.mark)] = anchors[String(text(of: scalar).dropFirst())]
            return
        case .sequence(let sequence): for element in sequence { findTargets(in: element, &anchors) }
        case .mapping(let mapping):
            for (key, value) in mapping {
                findTargets(in: key, &anchors)
                findTargets(in: value, &anchors)
            }
        case .alias: break
        }
        if let anchor = node.anchor { anchors[anchor.rawValue] = node }
    }
}
