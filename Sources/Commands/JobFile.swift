import JSON
import Yams

/// Reads the values of a YAML or JSON file that should be jobs: a document is one job or a list of jobs.
struct JobFile {
    private(set) var entries: [JobEntry] = []
    private(set) var faults: [FileFault] = []
    private let name: String
    private let lists: [String]

    /// Reads all that can be read. What can't is in `faults`. Of a document that is an object and has a list under one
    /// of the names in `lists`, the elements are read.
    init(_ bytes: [UInt8], name: String, lists: [String] = []) {
        self.name = name
        self.lists = lists
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        let blanks = Array(" \t\r\n".utf8)
        let first = bytes.first { !blanks.contains($0) }
        let isNamedJSON = name.lowercased().hasSuffix(".json")
        // YAML has no escapes for surrogate pairs, and would take what is almost JSON for something else.
        guard isNamedJSON || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            readYAML(bytes)
            return
        }
        do throws(JSONError) {
            try readJSON(bytes)
        } catch {
            let hint = ". A file that begins with { or [ is JSON: write YAML one field or job a line"
            let place = FilePlace(file: name, line: error.line, column: error.column)
            let isForeign = !isNamedJSON && error.code == .syntax
            faults.append(FileFault(place, "this is not valid JSON: \(error.message)\(isForeign ? hint : "")"))
        }
    }

    private mutating func readJSON(_ bytes: [UInt8]) throws(JSONError) {
        let text = try JSONText(parsing: bytes, limits: .trusted)
        let file = name
        func entry(_ value: JSONValue, _ path: String) -> JobEntry {
            JobEntry(value: value) { FilePlace(file: file, line: text.line(of: path + $0)) }
        }
        let value = text.value
        let list = lists.first { value.field($0)?.elements != nil }
        if let values = (list.flatMap { value.field($0) } ?? value).elements {
            let path = list.map { "/\($0)" } ?? ""
            entries += values.enumerated().map { entry($0.element, "\(path)/\($0.offset)") }
        } else {
            entries.append(entry(value, ""))
        }
    }

    private mutating func readYAML(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            let place = FilePlace(file: name, line: line.map { $0 + 1 })
            return faults.append(FileFault(place, "this is not UTF-8: save the file in that encoding"))
        }
        var converter = YAMLConverter()
        do throws(TextFault) {
            let stream = try YAMLStream(text)
            for document in stream.documents { convert(document, &converter) }
            if let fault = stream.fault { throw fault }
        } catch {
            faults.append(error.inFile(name))
        }
    }

    private mutating func convert(_ document: YAMLDocument, _ converter: inout YAMLConverter) {
        guard let list = document.root.sequence ?? innerList(of: document.root) else {
            return convert(document.root, in: document, &converter)
        }
        do throws(TextFault) {
            try YAMLConverter.refuseTag(of: list)
            for node in list { convert(node, in: document, &converter) }
        } catch {
            faults.append(error.inFile(name))
        }
    }

    private func innerList(of root: Node) -> Node.Sequence? {
        root.mapping?.first { lists.contains($0.key.scalar?.string ?? "") && $0.value.sequence != nil }?.value.sequence
    }

    private mutating func convert(_ node: Node, in document: YAMLDocument, _ converter: inout YAMLConverter) {
        guard !converter.isExhausted else { return }
        do throws(TextFault) {
            let value = try converter.value(node, in: document)
            // An empty document, such as behind `---` at the end, or one of comments only.
            if document.root.sequence == nil, value == .null, converter.faults.isEmpty { return }
            let file = name
            let mistakes = converter.faults.map { ($0.pointer, $0.fault.inFile(file)) }
            entries.append(
                JobEntry(value: value, faults: mistakes) { document.place(of: $0, from: node, in: file) })
        } catch {
            faults += converter.faults.map { $0.fault.inFile(name) } + [error.inFile(name)]
        }
    }
}
