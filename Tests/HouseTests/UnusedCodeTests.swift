import Testing

/// Functions and types that only their declaration names.
///
/// It counts names, so it doesn't find unused code that has the name of something used. It finds nothing that isn't
/// unused, except requirements of protocols from elsewhere, which are listed here.
enum UnusedCodeRule {
    private static let requirements: Set<String> = [
        // Swift and Foundation
        "encode", "hash", "makeIterator", "next", "CodingKeys", "container", "unkeyedContainer", "nestedContainer",
        "nestedUnkeyedContainer", "singleValueContainer", "superEncoder", "superDecoder", "enqueue", "checkIsolated",
        "isIsolatingCurrentContext", "asUnownedSerialExecutor", "encodeNil", "decodeNil", "encodeIfPresent",
        // Packages
        "run", "validate", "handle", "log", "fromDatabaseValue", "reset", "record", "recordNanoseconds", "increment",
        "decrement", "set",
        // SwiftNIO's channel handlers
        "InboundIn", "InboundOut", "OutboundIn", "OutboundOut", "handlerAdded", "handlerRemoved", "channelActive",
        "channelInactive", "channelRead", "channelReadComplete", "errorCaught", "userInboundEventTriggered",
    ]

    static func offenders(in sources: [SourceText]) -> [String] {
        var uses: [Substring: Int] = [:]
        for source in sources {
            for text in source.code {
                for word in text.utf8.split(whereSeparator: { !isWordByte($0) }) {
                    uses[Substring(word), default: 0] += 1
                }
            }
        }
        var declared: [String: [String]] = [:]
        for source in sources {
            for declaration in source.declarations {
                let name = declaration.name
                if declaration.kind == .extension {
                    // No use: an extension of an unused type is unused.
                    if let type = name.split(separator: ".").last { uses[type, default: 0] -= 1 }
                } else if declaration.isType || declaration.kind == .function, isSubject(declaration, in: source) {
                    declared[name, default: []].append("\(source.place(declaration.line)): \(name)")
                }
            }
        }
        return declared.filter { (uses[$0.key[...]] ?? 0) <= $0.value.count }.flatMap(\.value).sorted()
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isSubject(_ declaration: Declaration, in source: SourceText) -> Bool {
        let isMain = declaration.line > 1 && source.code[declaration.line - 2].hasPrefix("@main")
        return !declaration.isPublic && !declaration.modifiers.contains("override") && !isMain
            && !declaration.modifiers.contains("@main") && declaration.name.contains(#/^\w+$/#)
            && !requirements.contains(declaration.name)
    }
}

@Suite struct `Code` {
    @Test func `that is not public is used`() {
        expectNone(UnusedCodeRule.offenders(in: SourceTree.sources))
    }
}

@Suite struct `The scanner of unused code` {
    private func offenders(_ texts: String...) -> [String] {
        UnusedCodeRule.offenders(in: texts.map { SourceText($0, path: "A") })
    }

    @Test(arguments: [
        "func a() {}", "struct A {}\n\nextension A {}", "enum A {\n    static func b() { _ = A.self }\n}",
        "/// a()\nprivate func a() {}\nlet b = \"a\"",
    ])
    func `finds what nothing else names`(text: String) {
        #expect(offenders(text).count == 1)
    }

    @Test(arguments: [
        "func a() {}\nlet b = a()", "public func a() {}", "@main struct A {}", "@main\nstruct A {}",
        "override func a() {}", "func encode(to: E) {}", "let b = \"\\(a())\"\nfunc a() {}",
    ])
    func `leaves alone what is used or required`(text: String) {
        #expect(offenders(text).isEmpty)
    }

    @Test func `counts uses in other files`() {
        #expect(offenders("struct A {}", "let b = A()").isEmpty)
    }
}
