import Testing

@Suite struct `A source's text` {
    @Test(arguments: [
        ("let a = \"b\"", "let a = \" \""), ("a // b", "a     "), ("/* a /* b */ c */d", "                 d"),
        ("let a = #\"b\"c\"#", "let a = #\"   \"#"), ("let a = \"b\\(c)d\"", "let a = \" \\(c) \""),
        ("let a = \"\\(b(\"c\"))\"", "let a = \"\\(b(\" \"))\""), ("let a = #/\"/#", "let a = #/ /#"),
        ("let a = \"\\\"b\" + c", "let a = \"   \" + c"), ("func `a b`()", "func `   `()"),
        ("let `in` = \"\"", "let `in` = \"\""),
        ("\"\"\"\n  a \"b\"\n  \"\"\" + c", "\"\"\"\n       \n  \"\"\" + c"),
    ])
    func `without comments and literals is its code`(text: String, code: String) {
        #expect(SourceText(text, path: "A").code.joined(separator: "\n") == code)
    }

    @Test func `has prose in comments, literals and the names of tests`() {
        let source = SourceText("/// a\nlet b = \"c\\(d)e\"\n@Test func `f g`() {}\n/* h\ni */", path: "A")
        let prose = source.prose.filter { !$0.text.isEmpty }
        #expect(prose.map(\.line) == [1, 2, 2, 3, 4, 5])
        #expect(prose.map(\.text) == ["/// a", "c", "e", "f g", "/* h", "i */"])
    }

    @Test func `has declarations, one inside another`() {
        let text = """
            public struct A<T>: B where T: C {
                private static let d = 1
                @discardableResult
                mutating func e(
                    f: Int = { 1 }()
                ) throws -> Int {
                    1
                }
            }
            extension A.G {}
            import struct Foundation.Date
            """
        let declarations = SourceText(text, path: "A").declarations
        #expect(declarations.map(\.name) == ["A", "d", "e", "A.G"])
        #expect(declarations.map(\.line) == [1, 2, 4, 10])
        #expect(declarations.map(\.lastLine) == [9, 2, 8, 10])
        #expect(declarations.map(\.enclosing) == [nil, 0, 0, nil])
        #expect(declarations[0].isPublic && declarations[0].isType && declarations[1].isPrivate)
        #expect(declarations[2].signature.contains("throws -> Int"))
    }
}
