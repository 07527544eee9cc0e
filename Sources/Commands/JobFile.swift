import JSON
import Yams

/// Reads the values of a YAML or JSON file that should be jobs: a document is one job or a list of jobs.
struct JobFile {
    private(set) var entries: [JobEntry] = []
    private(set) var faults: [FileFault] = []
    private let name: String

    /// Reads all that can be read. What can't is in `faults`.
    init(_ bytes: [UInt8], name: String) {
        self.name = name
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        if name.lowercased().hasSuffix(".json") {
            do throws(JSONError) { try readJSON(bytes) } catch { faults.append(fault(error)) }
        } else {
            readJSONOrYAML(bytes)
        }
    }

    /// A text that is JSON is read as JSON, whatever the file is called: YAML has no escapes for surrogate pairs.
    private mutating func readJSONOrYAML(_ bytes: [UInt8]) {
        let blanks = Array(" \t\r\n".utf8)
        let first = bytes.first { !blanks.contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return readYAML(bytes) }
        do throws(JSONError) {
            try readJSON(bytes)
        } catch {
            let mistake = fault(error)
            // A mistake that is not in the syntax shows that the text is meant as JSON.
            guard error.code == .syntax else { return faults.append(mistake) }
            let before = faults.count
            readYAML(bytes)
            // Neither JSON nor YAML: the reader that came further is the one that the text is meant for.
            guard let other = faults.dropFirst(before).first, entries.isEmpty else { return }
            let isJSON = (error.line, error.column) > (other.place.line ?? 1, other.place.column ?? 1)
            if isJSON { faults = [mistake] }
        }
    }

    private mutating func readJSON(_ bytes: [UInt8]) throws(JSONError) {
        let text = try JSONText(parsing: bytes, limits: .trusted)
        let file = name
        func entry(_ value: JSONValue, _ path: String) -> JobEntry {
            JobEntry(value: value) { FilePlace(file: file, line: text.line(of: path + $0)) }
        }
        if case .array(let values) = text.value {
            entries += values.enumerated().map { entry($0.element, "/\($0.offset)") }
        } else {
            entries.append(entry(text.value, ""))
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
            while let root = try stream.next() {
                converter.beginDocument()
                for node in root.sequence.map(Array.init) ?? [root] {
                    guard !converter.isExhausted else { return }
                    convert(node, isRoot: root.sequence == nil, &converter)
                }
            }
        } catch {
            faults.append(error.inFile(name))
        }
    }

    private mutating func convert(_ node: Node, isRoot: Bool, _ converter: inout YAMLConverter) {
        do throws(TextFault) {
            let value = try converter.value(node)
            // An empty document, such as behind `---` at the end, or one of comments only.
            if isRoot, value == .null, converter.faults.isEmpty { return }
            let file = name
            let mistakes = converter.faults.map { ($0.pointer, $0.fault.inFile(file)) }
            entries.append(JobEntry(value: value, faults: mistakes) { node.place(of: $0, in: file) })
        } catch {
            faults.append(error.inFile(name))
        }
    }

    private func fault(_ error: JSONError) -> FileFault {
        FileFault(
            FilePlace(file: name, line: error.line, column: error.column), "this is not valid JSON: \(error.message)")
    }
}

extension Node {
    /// The place of the field that a JSON pointer leads to, or of the last value on the way to it if it is missing.
    fileprivate func place(of pointer: String, in file: String) -> FilePlace {
        var (node, mark) = (self, self.mark)
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = String(token.replacing("~1", with: "/").replacing("~0", with: "~"))
            if let mapping = node.mapping, let field = mapping.first(where: { $0.key.scalar?.string == name }) {
                (node, mark) = (field.value, field.key.mark)
            } else if let sequence = node.sequence, let index = Int(name), sequence.indices.contains(index) {
                (node, mark) = (sequence[index], sequence[index].mark)
            } else {
                break
            }
        }
        return FilePlace(file: file, line: mark?.line, column: mark?.column)
    }
}
