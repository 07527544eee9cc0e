import Foundation
import Messaging
import Testing

/// The house rules that can be read off the sources.
@Suite struct HouseTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below a folder, with its text.
    private func files(_ folder: String) throws -> [(path: String, text: String)] {
        let base = Self.root.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        let found = try names.filter { $0.hasSuffix(".swift") }.map { name in
            (name, try String(contentsOf: base.appending(path: name), encoding: .utf8))
        }
        #expect(found.count > 10)
        return found
    }

    @Test func `no source file is longer than 300 lines`() throws {
        for (path, text) in try files("Sources") + files("Tests") {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 301, "\(path) has \(lines) lines")
        }
    }

    @Test func `sources neither print nor leave things undone`() throws {
        for (path, text) in try files("Sources") {
            for word in ["TODO", "FIXME", "XXX", "@unchecked Sendable", "try!", "as!", "fatalError("] {
                #expect(!text.contains(word), "\(path) has \(word)")
            }
            #expect(text.firstMatch(of: #/(^|[^a-zA-Z.])print\(/#) == nil, "\(path) prints")
        }
    }

    @Test func `no folder is called by a word that says nothing`() throws {
        for (path, _) in try files("Sources") {
            for word in ["Util", "Common", "Shared", "Helper", "Manager"] {
                #expect(!path.contains(word), "\(path)")
            }
        }
    }

    @Test func `a stage imports no driver, no broker, no C and no other stage`() throws {
        let stages = ["Ticker", "Dispatcher", "Courier", "Ingester", "Reaper", "Console"]
        for stage in stages {
            let forbidden =
                ["RabbitMQ", "GRDB", "SQLiteStore", "StoreAccess", "HTTPClient", "CCurl", "CRabbitMQ", "CLinux"]
                + stages.filter { $0 != stage }
            for (path, text) in try files("Sources") where path.hasPrefix("\(stage)/") {
                for module in forbidden {
                    #expect(!text.contains("import \(module)\n"), "\(path) imports \(module)")
                }
            }
        }
    }

    @Test func `the courier has no store`() throws {
        for (path, text) in try files("Sources") where path.hasPrefix("Courier/") || path.hasPrefix("Apps/courierd/") {
            #expect(!text.contains("Store"), "\(path)")
        }
    }

    @Test func `every queue that the topology's page describes is one that the topology has`() throws {
        let known = Set(Topology(prefix: "belfry").queues.map(\.name))
        let page = try String(contentsOf: Self.root.appending(path: "topology/README.md"), encoding: .utf8)
        let row = #/\| `((?:dispatcher|courier|ingester|ticker)\.[a-z]+)` \|/#
        let named = page.matches(of: row).map { "belfry.\($0.1)" }
        #expect(Set(named).count >= 5)
        for queue in named { #expect(known.contains(queue), "\(queue)") }
    }
}
