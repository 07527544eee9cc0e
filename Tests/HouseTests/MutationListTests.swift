import Testing

/// The edits of `Scripts/mutations`, as `Scripts/mutate` reads them.
struct Mutation {
    var line: Int
    var file: String
    var suite: String
    var old: String
    var new: String

    /// Reads a list. A mistake is answered in `faults`, by line.
    static func parse(_ text: String) -> (mutations: [Mutation], faults: [String]) {
        var faults: [String] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.element.isEmpty && !$0.element.hasPrefix("#") }
        var mutations: [Mutation] = []
        for start in stride(from: 0, to: lines.count, by: 3) {
            let entry = lines[start..<min(start + 3, lines.count)]
            let head = entry[start].element.split(separator: " ")
            guard entry.count == 3, head.count == 2, entry[start + 1].element.hasPrefix("- "),
                entry[start + 2].element.hasPrefix("+")
            else {
                faults.append("Scripts/mutations:\(entry[start].offset + 1): not of the form file suite, - old, + new")
                break
            }
            mutations.append(
                Mutation(
                    line: entry[start].offset + 1, file: String(head[0]), suite: String(head[1]),
                    old: String(entry[start + 1].element.dropFirst(2)),
                    new: String(entry[start + 2].element.dropFirst(2))))
        }
        return (mutations, faults)
    }
}

@Suite struct `The list of mutations` {
    private static let list = Mutation.parse(SourceTree.text("Scripts/mutations"))

    @Test func `can be read, and changes one place each`() {
        expectNone(Self.list.faults)
        #expect(Self.list.mutations.count > 40)
        expectNone(
            Self.list.mutations.compactMap { mutation in
                let count =
                    SourceTree.text("Sources/\(mutation.file)").split(
                        separator: mutation.old, omittingEmptySubsequences: false
                    ).count - 1
                let isEdit = mutation.old != mutation.new
                return count == 1 && isEdit
                    ? nil : "Scripts/mutations:\(mutation.line): \(count) times in \(mutation.file): \(mutation.old)"
            })
    }

    @Test func `names suites that exist`() {
        let folders = SourceTree.names(in: "Tests")
        expectNone(
            Self.list.mutations.filter { !folders.contains($0.suite) }.map {
                "Scripts/mutations:\($0.line): no Tests/\($0.suite)"
            })
    }

    @Test func `has two for each module`() {
        let counts = Dictionary(grouping: Self.list.mutations) { $0.file.prefix { $0 != "/" } }.mapValues(\.count)
        expectNone(SourceTree.libraries.filter { counts[$0[...], default: 0] < 2 })
    }

    @Test(arguments: [
        ("A.swift ATests\n- a\n+ b\n", 1, 0), ("# Note\n\nA.swift ATests\n- a\n+\n", 1, 0),
        ("A.swift\n- a\n+ b\n", 0, 1),
        ("A.swift ATests\n- a\n", 0, 1), ("A.swift ATests\n+ b\n- a\n", 0, 1),
    ])
    func `is read by its form`(text: String, mutationCount: Int, faultCount: Int) {
        let (mutations, faults) = Mutation.parse(text)
        #expect(mutations.count == mutationCount && faults.count == faultCount)
    }
}
