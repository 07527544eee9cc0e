import Testing

@Suite struct `A module` {
    /// Modules without tests of their own, with the reason.
    private static let exceptions = [
        // Protocols and the values in them. StoreConformance tests them against every store.
        "Store"
    ]

    @Test func `of Sources has a folder of tests`() {
        let folders = Set(SourceTree.names(in: "Tests"))
        let missing = SourceTree.libraries.filter { !Self.exceptions.contains($0) && !folders.contains("\($0)Tests") }
        #expect(SourceTree.libraries.count >= 15)
        expectNone(missing.map { "Tests/\($0)Tests" })
        #expect(folders.contains("StoreConformance"))
    }

    @Test func `of Tests has tests in it, and is one of the package`() {
        let folders = SourceTree.names(in: "Tests").filter { $0.hasSuffix("Tests") }
        let empty = folders.filter { folder in
            !SourceTree.tests.contains { $0.module == folder && $0.name.hasSuffix("Tests") }
        }
        expectNone(empty.map { "Tests/\($0)" })
        let package = SourceTree.package.lines.joined(separator: "\n")
        expectNone(folders.filter { !package.contains("\"\($0)\"") }.map { "Tests/\($0) is no target" })
    }
}
