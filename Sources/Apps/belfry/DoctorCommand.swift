import ArgumentParser
import Commands
import JSON
import JobCore
import Settings

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks an installation from this machine, and says what to do.",
        discussion: """
            It uses the settings of its environment, so run it with those of a daemon, and add BELFRY_API_KEY and \
            BELFRY_MANAGEMENT_URL. It changes nothing. Each check has 5 seconds. It exits with 0 if nothing is wrong, \
            and with 1 if something is; warnings do not count.
            """)
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let doctor = Doctor(settings: Settings(program: .belfry, flags: [:]), time: SystemTime())
        let sheet = DoctorSheet(await doctor.findings())
        json ? Output.line(sheet.json.text) : printText(sheet)
        if !sheet.isOK { throw ExitCode(1) }
    }

    private func printText(_ sheet: DoctorSheet) {
        for entry in sheet.entries {
            Output.line("", entry.verdict, TerminalStyle.ofStatus(entry.verdict), entry.rest)
            if let next = entry.next { Output.line(next) }
        }
    }
}
