import Testing

/// A name stands for one type.
enum TypeNameRule {
    /// Types of packages whose names a type of ours would hide where both are imported.
    private static let foreign: [String: Set<String>] = [
        "CoreMetrics": ["Counter", "FloatingPointCounter", "Gauge", "Meter", "Recorder", "Timer", "MetricsSystem"],
        "Logging": ["Logger", "LogHandler", "LoggingSystem", "LogEvent"],
        "ServiceLifecycle": ["Service", "ServiceGroup", "ServiceGroupConfiguration"],
        "Hummingbird": ["Application", "Request", "Response", "ResponseBody", "Router", "RouterGroup", "HTTPError"],
        "HTTPTypes": ["HTTPField", "HTTPFields", "HTTPRequest", "HTTPResponse"],
        "Configuration": ["ConfigKey", "ConfigReader", "ConfigValue"],
        "ArgumentParser": ["Argument", "Flag", "Option", "OptionGroup", "ValidationError", "ExitCode"],
        "DequeModule": ["Deque"],
        "Crypto": ["HMAC", "SHA256", "SymmetricKey", "Digest", "Insecure"],
        "GRDB": [
            "Column", "Configuration", "Cursor", "Database", "DatabaseError", "DatabasePool", "DatabaseQueue",
            "DatabaseValue", "Record", "Row", "RowCursor", "Statement", "StatementArguments", "Table",
        ],
        "Yams": ["Emitter", "Mark", "Node", "Parser", "Resolver", "Tag", "YamlError"],
        "Foundation": ["Data", "Date", "Operation", "Process", "Timer", "Unit", "URL", "UUID"],
        "Synchronization": ["Atomic", "Mutex"],
    ]

    /// Types at the outermost level that others can see.
    static func visibleTypes(of source: SourceText) -> [Declaration] {
        source.declarations.filter { $0.isType && !$0.isPrivate && $0.enclosing == nil }
    }

    /// Adapters to the same roles, which no module but `StoreAccess` imports together. They are alike, file by file.
    private static let counterparts: Set<String> = ["SQLiteStore", "PostgresStore"]

    static func repeated(in sources: [SourceText]) -> [String] {
        let all = sources.flatMap { source in
            visibleTypes(of: source).map { ($0.name, source.place($0.line), source.module) }
        }
        return Dictionary(grouping: all, by: \.0).values
            .filter { $0.count > (counterparts.isSubset(of: $0.map(\.2)) ? 2 : 1) }
            .map { same in "\(same[0].0): \(same.map(\.1).joined(separator: ", "))" }.sorted()
    }

    /// Types named like one of a package that their module imports.
    static func foreign(in sources: [SourceText]) -> [String] {
        let imports = Dictionary(grouping: sources, by: \.module)
            .mapValues { files in Set(files.flatMap { ImportRule.imports(of: $0).map(\.module) }) }
        return sources.flatMap { source in
            visibleTypes(of: source).flatMap { type in
                (imports[source.module] ?? []).filter { foreign[$0]?.contains(type.name) == true }.sorted()
                    .map { "\(source.place(type.line)): \(type.name) is one of \($0)" }
            }
        }
    }
}

@Suite struct `A type of Sources` {
    @Test func `has a name that no other type of Sources has`() {
        expectNone(TypeNameRule.repeated(in: SourceTree.sources))
    }

    @Test func `is not named like one of a package beside it`() {
        expectNone(TypeNameRule.foreign(in: SourceTree.sources))
    }
}

@Suite struct `The scanner of types' names` {
    @Test func `finds a name that two modules have`() {
        let sources = [
            SourceText("public struct A {}\nprivate struct B {}", path: "Sources/M/A.swift"),
            SourceText("enum A {}\nenum C {\n    enum B {}\n}", path: "Sources/N/A.swift"),
        ]
        #expect(TypeNameRule.repeated(in: sources) == ["A: Sources/M/A.swift:1, Sources/N/A.swift:1"])
    }

    @Test func `finds a name of a package that the module imports`() {
        let sources = [
            SourceText("struct Recorder {}", path: "Sources/M/Recorder.swift"),
            SourceText("import CoreMetrics", path: "Sources/M/Other.swift"),
            SourceText("struct Recorder {}", path: "Sources/N/Recorder.swift"),
        ]
        #expect(TypeNameRule.foreign(in: sources) == ["Sources/M/Recorder.swift:1: Recorder is one of CoreMetrics"])
    }
}
