import Store
import Testing

@Suite struct `The name of a key` {
    @Test(arguments: ["a", "deploy-2.prod_x", "A9", "-", String(repeating: "x", count: 128)])
    func `is plain ASCII`(name: String) {
        #expect(KeyName.fault(in: name) == nil)
    }

    @Test(arguments: ["", "a b", "a/b", "ä", "a\u{1B}", "a\n", "\u{202E}a", "x@y", String(repeating: "x", count: 129)])
    func `is refused in any other form`(name: String) {
        #expect(KeyName.fault(in: name) != nil)
    }
}
