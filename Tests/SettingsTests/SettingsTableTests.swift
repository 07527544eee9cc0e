import Foundation
import Settings
import Testing

@Suite struct `The table of settings in docs/operations.md` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `the documented table of settings is the one that the settings give`() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/operations.md"), encoding: .utf8)
        let begin = try #require(page.firstRange(of: "<!-- settings:begin -->\n"))
        let end = try #require(page.firstRange(of: "\n<!-- settings:end -->"))
        let written = page[begin.upperBound..<end.lowerBound]
        #expect(written == AllSettings.table, "Write this between the markers:\n\(AllSettings.table)")
    }

    @Test func `the table of settings has every setting once, and each is read by a program`() {
        let names = Program.allCases.flatMap { AllSettings.rows(of: $0).map(\.name) }
        #expect(Set(names).count == AllSettings.table.split(separator: "\n").count - 2)
    }
}
