import Testing

/// Words that the project has given up for plainer ones. Words with several meanings are left to the reader.
enum WordRule {
    /// Words or phrases in lower case, and what to write instead.
    struct Retired: Sendable {
        var phrases: [String]
        var instead: String
        /// The beginnings of paths that may use them.
        var exceptions: [String] = []
    }

    static let retired = [
        Retired(phrases: ["door", "doors"], instead: "callback endpoint"),
        Retired(phrases: ["whoever"], instead: "a subject with a name"),
        Retired(phrases: ["mend", "mends", "mended", "mending"], instead: "fix, repair"),
        Retired(phrases: ["stand twice", "stands twice"], instead: "is repeated"),
        Retired(phrases: ["is away", "are away", "was away", "were away", "be away"], instead: "unavailable"),
        Retired(
            phrases: ["park", "parks", "parked", "parking"], instead: "deferred; only threads are parked",
            exceptions: ["Sources/Threads/", "Tests/ThreadsTests/"]),
        Retired(phrases: ["ancestor", "ancestors"], instead: "predecessor"),
        Retired(phrases: ["say again", "says it again", "said again", "says again"], instead: "published again"),
        Retired(phrases: ["let go of", "lets go of"], instead: "released"),
        Retired(phrases: ["hear", "hears", "heard", "hearing"], instead: "receive, be notified"),
        Retired(phrases: ["fall silent", "falls silent", "fell silent"], instead: "stops sending heartbeats"),
        Retired(phrases: ["trip over", "trips over"], instead: "fails on"),
        Retired(phrases: ["so many"], instead: "the number"),
    ]

    /// The phrases by their first words.
    private static let index: [Substring: [(words: [Substring], rule: Retired)]] = Dictionary(
        grouping: retired.flatMap { rule in rule.phrases.map { (words: $0.split(separator: " "), rule: rule) } },
        by: { $0.words[0] })

    static func offenders(in passages: [SourceText.Passage], path: String) -> [String] {
        passages.flatMap { passage in
            let words = words(of: passage.text)
            return words.indices.flatMap { start in
                (index[words[start]] ?? []).filter { phrase in
                    words[start...].starts(with: phrase.words)
                        && !phrase.rule.exceptions.contains { path.hasPrefix($0) }
                }.map { "\(path):\(passage.line): “\($0.words.joined(separator: " "))”, write: \($0.rule.instead)" }
            }
        }
    }

    /// A page or a script is prose as a whole.
    static func passages(of page: SourceText) -> [SourceText.Passage] {
        page.lines.enumerated().map { SourceText.Passage(line: $0.offset + 1, text: $0.element) }
    }

    /// In lower case. `BELFRY_DOOR_URL` is one word, and so is the name of a job such as `trips-over`.
    private static func words(of text: String) -> [Substring] {
        text.lowercased().utf8.split { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                false
            default: byte < 0x80
            }
        }.map { Substring($0) }
    }
}

@Suite struct `The words` {
    @Test func `of comments, texts and tests are plain English`() {
        // This file names the words.
        let sources = SourceTree.all.filter { !$0.path.hasSuffix("WordTests.swift") }
        expectNone(sources.flatMap { WordRule.offenders(in: $0.prose, path: $0.path) })
    }

    @Test func `of pages and scripts are plain English`() {
        let paths =
            ["README.md", "topology/README.md"]
            + SourceTree.paths(below: "docs").filter { $0.hasSuffix(".md") }
            + SourceTree.names(in: "Scripts").filter { $0 != "mutations" }.map { "Scripts/\($0)" }
        #expect(paths.count > 15)
        let pages = paths.map(SourceTree.file)
        expectNone(pages.flatMap { WordRule.offenders(in: WordRule.passages(of: $0), path: $0.path) })
    }
}

@Suite struct `The scanner of words` {
    private func offenders(_ text: String, path: String = "A.swift") -> [String] {
        WordRule.offenders(in: SourceText(text, path: path).prose, path: path)
    }

    @Test(arguments: [
        "// Whoever calls", "let a = \"the door\"", "func `a job that fell silent`() {}", "/* mends\n it */",
        "log(\"the store (\\(store)) is away\")", "\"\"\"\n a parked job\n \"\"\"",
    ])
    func `finds a word in comments, strings and names of tests`(text: String) {
        #expect(offenders(text).count == 1)
    }

    @Test(arguments: ["let door = whoever.mend()", "// indoors, amends, BELFRY_DOOR_URL", "let a = \"\\(door)\""])
    func `leaves code and other words alone`(text: String) {
        #expect(offenders(text).isEmpty)
    }

    @Test func `lets threads be parked`() {
        #expect(offenders("// parks", path: "Sources/Threads/A.swift").isEmpty)
        #expect(offenders("// parks", path: "Sources/Courier/A.swift").count == 1)
    }

    @Test func `finds the line of a word`() {
        #expect(offenders("let a = 1\n\n/// An ancestor.").map { $0.prefix(9) } == ["A.swift:3"])
    }
}
