import Testing

/// The arrows between modules: which of ours a module may import.
enum ImportRule {
    /// The program that runs a stage.
    static func program(of stage: String) -> String {
        stage == "DeadLetters" ? "deadletterd" : stage.lowercased() + "d"
    }

    static let stages = ["Ticker", "Dispatcher", "Courier", "Ingester", "Reaper", "Console", "DeadLetters"]
    private static let drivers = [
        "RabbitMQ", "GRDB", "SQLiteStore", "PostgreSQL", "PostgresStore", "StoreAccess", "HTTPClient", "SQS",
    ]
    private static let c = ["CCurl", "CPostgreSQL", "CRabbitMQ", "CLinux", "CZlib"]
    private static let adapters = [
        "RabbitMQ", "HTTPClient", "HTTPServer", "PostgreSQL", "PostgresStore", "SQLiteStore", "SQS", "StoreAccess",
        "StoreRows", "Threads",
    ]

    /// One import, such as `public import JobCore`.
    struct Import {
        var line: Int
        var access: String
        var module: String
    }

    static func imports(of source: SourceText) -> [Import] {
        source.code.enumerated().compactMap { index, text in
            guard let match = text.firstMatch(of: #/^(?:@\w+\s+)*(\w+\s+)?import\s+(?:\w+\s+)?(\w+)/#) else {
                return nil
            }
            let access = match.1.map { String($0.filter { $0 != " " }) } ?? ""
            return Import(line: index + 1, access: access, module: String(match.2))
        }
    }

    static func forbidden(for module: String, ours: [String]) -> Set<String> {
        switch module {
        case "JSON", "Threads", "Gzip": Set(ours).subtracting([module])
        case "JobCore": Set(ours).subtracting([module, "JSON"])
        // An event fork knows neither the pipeline's stages nor their store.
        case "Exporter": Set(drivers + c + stages + ["Settings", "StageKit", "Store"])
        case "Courier": Set(drivers + c + stages + ["Settings", "Store"]).subtracting([module])
        case _ where stages.contains(module): Set(drivers + c + stages + ["Settings"]).subtracting([module])
        case _ where adapters.contains(module): Set(stages + ["Settings", "StageKit", "Observability"])
        case "courierd": Set(stages + ["GRDB", "SQLiteStore", "Store", "StoreAccess"]).subtracting(["Courier"])
        case _ where module.hasSuffix("d"): Set(stages.filter { program(of: $0) != module })
        default: Set(stages)
        }
    }

    static func offenders(in source: SourceText, ours: [String]) -> [String] {
        let forbidden = forbidden(for: source.module, ours: ours)
        return imports(of: source).filter { forbidden.contains($0.module) }.map {
            "\(source.place($0.line)): \(source.module) imports \($0.module)"
        }
    }

    /// With the feature `InternalImportsByDefault` every import is internal unless it says otherwise.
    static func redundantAccess(in source: SourceText) -> [String] {
        imports(of: source).filter { $0.access == "internal" }.map {
            "\(source.place($0.line)): internal import \($0.module)"
        }
    }
}

@Suite struct `An import` {
    /// C's modules stand in no folder with Swift files.
    private static let ours = SourceTree.libraries + ["CCurl", "CRabbitMQ", "CLinux", "CZlib"]

    @Test func `goes along the arrows of the design`() {
        let ours = Self.ours.filter { !["CLinux", "CZlib"].contains($0) }
        expectNone(SourceTree.sources.flatMap { ImportRule.offenders(in: $0, ours: ours) })
    }

    @Test func `does not say that it is internal`() {
        expectNone(SourceTree.all.flatMap(ImportRule.redundantAccess))
    }

    @Test func `of a store is not in the courier, not even by name`() {
        let courier = SourceTree.sources.filter { ["Courier", "courierd"].contains($0.module) }
        #expect(courier.count > 5)
        let found = courier.flatMap { source in
            source.code.enumerated().filter { $0.element.contains("Store") }.map { source.place($0.offset + 1) }
        }
        expectNone(found)
    }

    @Test func `rule knows every stage`() {
        for stage in ImportRule.stages { #expect(SourceTree.libraries.contains(stage)) }
        #expect(SourceTree.programs.count >= 7)
    }
}

@Suite struct `The scanner of imports` {
    private func offenders(_ text: String, _ path: String) -> Int {
        ImportRule.offenders(in: SourceText(text, path: path), ours: ["JSON", "JobCore", "Store", "Reaper"]).count
    }

    @Test(arguments: [
        ("Sources/JSON/A.swift", "import JobCore"), ("Sources/JobCore/A.swift", "public import Store"),
        ("Sources/Courier/A.swift", "import Store"), ("Sources/Ticker/A.swift", "import Settings"),
        ("Sources/Ticker/A.swift", "import Reaper"), ("Sources/Ticker/A.swift", "import struct RabbitMQ.A"),
        ("Sources/RabbitMQ/A.swift", "import Settings"), ("Sources/Store/A.swift", "@preconcurrency import Reaper"),
        ("Sources/Apps/courierd/A.swift", "import StoreAccess"), ("Sources/Apps/belfry/A.swift", "import Console"),
    ])
    func `finds an arrow that the design doesn't have`(path: String, text: String) {
        #expect(offenders(text, path) == 1)
    }

    @Test(arguments: [
        ("Sources/JobCore/A.swift", "import JSON"), ("Sources/Ticker/A.swift", "import Store"),
        ("Sources/Apps/tickerd/A.swift", "import Ticker"), ("Sources/JSON/A.swift", "// import JobCore"),
        ("Sources/Apps/tickerd/A.swift", "import Settings"),
    ])
    func `accepts the design's arrows`(path: String, text: String) {
        #expect(offenders(text, path) == 0)
    }

    @Test func `finds an import that says that it is internal`() {
        let source = SourceText("internal import A\npublic import B\nimport C\n", path: "A.swift")
        #expect(ImportRule.redundantAccess(in: source) == ["A.swift:1: internal import A"])
    }
}
