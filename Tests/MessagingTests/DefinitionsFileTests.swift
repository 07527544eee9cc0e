import Foundation
import JSON
import JobCore
import Messaging
import Testing

@Suite struct `The file topology/definitions.json` {
    /// This file is Tests/MessagingTests/<file>, three levels below the project.
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "topology/definitions.json")

    @Test func `topology/definitions.json is the topology with the prefix belfry`() throws {
        let written = try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: Self.file))
        guard case .object(let inFile) = written,
            case .object(let inCode) = Topology(prefix: "belfry").definitions()
        else {
            Issue.record("definitions are one JSON object")
            return
        }
        #expect(Set(inFile.keys) == Set(inCode.keys))
        for (section, value) in inCode {
            #expect(Self.entries(inFile[section]) == Self.entries(value), "\(section) differs")
        }
    }

    /// The order of the entries means nothing to a broker.
    private static func entries(_ section: JSONValue?) -> [String] {
        guard case .array(let entries) = section else { return ["not a list"] }
        return entries.map(\.text).sorted()
    }
}
