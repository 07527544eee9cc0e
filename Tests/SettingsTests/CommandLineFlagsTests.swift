import Settings
import Testing

@Suite struct `A daemon's flags` {
    @Test func `a daemon's flags are its settings, with the value behind a blank or an equals sign`() throws {
        let flags = try CommandLineFlags(["--in-flight", "7", "--amqp-url=amqp://a/b=c", "--prefix="], of: .courierd)
        #expect(flags.values == ["in-flight": "7", "amqp-url": "amqp://a/b=c", "prefix": ""])
    }

    @Test func `flags are refused when the daemon has no such setting or the value is missing, all at once`() {
        let error = #expect(throws: SettingsError.self) {
            try CommandLineFlags(["--store-url", "sqlite:x", "extra", "--role=both", "--in-flight"], of: .courierd)
        }
        #expect(error?.problems.count == 5)
        #expect(error?.problems.last == "--in-flight needs a value")
        #expect(error?.problems.first?.hasPrefix("--store-url is not a flag of courierd") == true)
    }

    @Test(arguments: [["--signing-keys", "main:c2VjcmV0"], ["--signing-keys=main:c2VjcmV0"]])
    func `flags for secrets are refused with the variable to set, and the value is not shown`(
        arguments: [String]
    ) {
        let error = #expect(throws: SettingsError.self) { try CommandLineFlags(arguments, of: .courierd) }
        #expect(
            error?.problems == [
                "--signing-keys is not a flag: other users would see its value in the list of processes; "
                    + "set BELFRY_SIGNING_KEYS or BELFRY_SIGNING_KEYS_FILE"
            ])
    }

    @Test(arguments: Program.daemons)
    func `flags and their variables are all in the daemon's help`(program: Program) {
        let help = CommandLineFlags.help(of: program, abstract: "Does its work.")
        #expect(help.hasPrefix("Does its work.\n"))
        for row in AllSettings.rows(of: program) {
            let variables = [row.variable, row.fileVariable].compactMap(\.self).joined(separator: ", ")
            #expect(help.contains("  \(row.flag) VALUE, \(variables)\n") == !row.isSecret, "\(row.name)")
            #expect(help.contains("  \(row.isSecret ? "" : "\(row.flag) VALUE, ")\(variables)\n"), "\(row.name)")
        }
    }
}
