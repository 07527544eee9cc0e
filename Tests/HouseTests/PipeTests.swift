import Testing

/// With `set -o pipefail` a pipeline fails, now and then, when its reader ends before its writer has written all.
enum PipeRule {
    static func offenders(in script: SourceText) -> [String] {
        script.lines.enumerated().filter { _, line in
            line.contains(#/\|\s*(head\b|grep (-\w+ )*-\w*[qm])/#)
        }.map { "\(script.place($0.offset + 1)): \($0.element)" }
    }
}

@Suite struct `A pipeline` {
    @Test func `in scripts has no reader that ends early`() {
        expectNone(
            SourceTree.names(in: "Scripts").filter { $0 != "mutations" }
                .map { SourceTree.file("Scripts/\($0)") }.flatMap(PipeRule.offenders))
    }
}

@Suite struct `The scanner of pipelines` {
    @Test(arguments: ["podman ps | head -1", "a | grep -q b", "a |grep -x -q b", "a | grep -qE b", "a | grep -m1 b"])
    func `finds a reader that ends early`(line: String) {
        #expect(PipeRule.offenders(in: SourceText(line, path: "A")).count == 1)
    }

    @Test(arguments: ["a | grep -x b", "head -1 file", "grep -q b file || c", "a | sed '81,$d'", "a | grep -c q"])
    func `leaves other lines alone`(line: String) {
        #expect(PipeRule.offenders(in: SourceText(line, path: "A")).isEmpty)
    }
}
