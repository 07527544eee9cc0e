import Commands
import Testing

@Suite struct `A file of passwords` {
    private static let users = ["belfry-tickerd", "belfry-courierd", "admin"]

    private func read(_ bytes: [UInt8]) throws(InvalidFiles) -> [String: String] {
        try PasswordFile.passwords(in: bytes, file: "passwords", users: Self.users)
    }

    private func faults(_ bytes: [UInt8]) -> [String] {
        do {
            _ = try read(bytes)
            return []
        } catch {
            return error.lines
        }
    }

    @Test(arguments: ["\n", "\r\n"])
    func `has a line for each user, whatever ends the lines`(end: String) throws {
        let lines = [
            "# made today", "belfry-tickerd=a=b ", "", "belfry-courierd=\u{FC}#", "admin=1", "",
        ]
        let text = "\u{FEFF}" + lines.joined(separator: end)
        let passwords = try read(Array(text.utf8))
        #expect(passwords == ["belfry-tickerd": "a=b ", "belfry-courierd": "\u{FC}#", "admin": "1"])
    }

    @Test func `is refused with the line of each mistake, and no message shows a password`() {
        let text = """
            admin=secret1
            belfry-reaperd=secret2
            secret3
            belfry-tickerd=
            =secret4
            admin=secret5
            belfry-tickerd=secret6\u{7F}
            belfry-courierd=sec\rret7
            c2VjcmV0MQ==
            """
        let found = faults(Array(text.utf8))
        #expect(
            found == [
                "passwords:2: the line has the name of no user: the users are belfry-tickerd, belfry-courierd, admin",
                "passwords:3: the line is not of the form USER=PASSWORD",
                "passwords:4: the line is not of the form USER=PASSWORD",
                "passwords:5: the line is not of the form USER=PASSWORD",
                "passwords:6: the user admin is already in line 1: keep one of them",
                "passwords:7: the line has a control character in it: remove it",
                "passwords:8: the line has a control character in it: remove it",
                "passwords:9: the line has the name of no user: the users are belfry-tickerd, belfry-courierd, admin",
            ])
    }

    @Test func `is refused if it is not UTF-8`() {
        let bytes = Array("admin=".utf8) + [0xFC]
        #expect(faults(bytes) == ["passwords: this is not UTF-8: save the file in that encoding"])
    }
}
