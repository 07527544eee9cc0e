import Testing

/// Public types and functions have a documentation comment, which says what is thrown.
enum DocumentationRule {
    /// Requirements of protocols from elsewhere. What they mean is documented there.
    private static let foreign: Set<String> = [
        "encode", "hash", "run", "validate", "enqueue", "isIsolatingCurrentContext", "checkIsolated", "makeCounter",
        "makeFloatingPointCounter", "makeMeter", "makeRecorder", "makeTimer", "destroyCounter",
        "destroyFloatingPointCounter", "destroyMeter", "destroyRecorder", "destroyTimer", "shutdown",
    ]

    /// The names of the functions that protocols require, of the project's and of others.
    static func requirements(in sources: [SourceText]) -> Set<String> {
        let own = sources.flatMap { source in
            source.declarations.filter { isRequirement($0, among: source.declarations) }.map(\.name)
        }
        return foreign.union(own)
    }

    static func undocumented(in source: SourceText, requirements: Set<String>) -> [String] {
        subjects(in: source, requirements).filter { declaration in
            declaration.kind != .initializer && source.documentation(above: declaration.line) == nil
        }.map { "\(source.place($0.line)): \($0.kind.rawValue) \($0.name)" }
    }

    /// Functions and initializers that throw, and say neither in their type nor in their comment what.
    static func silentThrows(in source: SourceText, requirements: Set<String>) -> [String] {
        subjects(in: source, requirements).filter { declaration in
            guard !declaration.isType, throwsAnything(declaration.signature) else { return false }
            return source.documentation(above: declaration.line)?.contains(#/[Tt]hrow/#) != true
        }.map { "\(source.place($0.line)): \($0.kind.rawValue) \($0.name)" }
    }

    /// Public types, functions and initializers, and the requirements of public protocols. A function that fulfils a
    /// requirement is left out: its comment stands in the protocol.
    private static func subjects(in source: SourceText, _ requirements: Set<String>) -> [Declaration] {
        let all = source.declarations
        return all.filter { declaration in
            if isRequirement(declaration, among: all) { return true }
            guard declaration.isPublic, !declaration.signature.contains("from decoder:") else { return false }
            return switch declaration.kind {
            case .function:
                declaration.name.contains(#/^\w/#)
                    && !(requirements.contains(declaration.name) && isInConformance(declaration, among: all))
            case .initializer: true
            default: declaration.isType
            }
        }
    }

    private static func isRequirement(_ declaration: Declaration, among all: [Declaration]) -> Bool {
        guard declaration.kind == .function, let enclosing = declaration.enclosing else { return false }
        return all[enclosing].kind == .interface && all[enclosing].isPublic
    }

    /// In a type that conforms to a protocol, or an extension, which may hold a protocol's defaults.
    private static func isInConformance(_ declaration: Declaration, among all: [Declaration]) -> Bool {
        guard let enclosing = declaration.enclosing else { return false }
        return all[enclosing].kind == .extension || all[enclosing].signature.contains(":")
    }

    /// `throws` of the function itself, not of a closure that it takes, and without a type.
    private static func throwsAnything(_ signature: String) -> Bool {
        var depth = 0
        let outside = signature.filter { character in
            if character == "(" { depth += 1 }
            defer { if character == ")" { depth -= 1 } }
            return depth == 0 || character == "("
        }
        return outside.contains(#/\bthrows\b(?! *\()/#)
    }
}

@Suite struct `A public declaration` {
    private static let libraries = SourceTree.sources.filter { !SourceTree.programs.contains($0.module) }

    private static let requirements = DocumentationRule.requirements(in: libraries)

    @Test func `of a type or function has a documentation comment`() {
        expectNone(
            Self.libraries.flatMap { DocumentationRule.undocumented(in: $0, requirements: Self.requirements) })
    }

    @Test func `that throws says what it throws`() {
        expectNone(
            Self.libraries.flatMap { DocumentationRule.silentThrows(in: $0, requirements: Self.requirements) })
    }
}

@Suite struct `The scanner of documentation` {
    private static let text = """
        public struct A {
            public var a: Int
            public init() {}
            public func b() {}
            /// Does c.
            @discardableResult
            public func c() -> Int { 1 }
            func d() {}
        }

        /// Says e.
        public protocol E {
            func e()
        }

        extension A: E {
            public func e() {}
        }
        """

    @Test func `finds types, functions and requirements without a comment`() {
        let source = SourceText(Self.text, path: "A")
        let requirements = DocumentationRule.requirements(in: [source])
        let found = DocumentationRule.undocumented(in: source, requirements: requirements)
        #expect(found == ["A:1: struct A", "A:4: func b", "A:13: func e"])
    }

    @Test(arguments: [
        ("public func a() throws {}", 1), ("/// Does a.\npublic func a() async throws -> Int { 1 }", 1),
        ("public init(a: Int) throws {}", 1), ("/// Throws `E`.\npublic func a() throws {}", 0),
        ("public func a() throws(E) {}", 0), ("public func a(_ b: () throws -> Void) {}", 0), ("func a() throws {}", 0),
        ("public func a(_ b: () throws(E) -> Void) throws {}", 1),
        ("public init(from decoder: any Decoder) throws {}", 0),
    ])
    func `finds what throws and doesn't say what`(text: String, count: Int) {
        #expect(DocumentationRule.silentThrows(in: SourceText(text, path: "A"), requirements: []).count == count)
    }
}
