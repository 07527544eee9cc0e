import Determinism
import Foundation
import Testing

@testable import JobCore

@Suite struct `A folder of time zones` {
    private let files: ZoneFiles
    private let folder: ZoneFolder

    init() throws {
        files = try ZoneFiles()
        folder = ZoneFolder(path: files.path)
        try files.put("Europe/Madrid", TZifFile(offset: 3_600))
        for name in ["localtime", "posixrules", "Factory", "posix/Europe/Madrid", "right/Europe/Madrid"] {
            try files.put(name, TZifFile(offset: 3_600))
        }
    }

    private func error(_ name: String) -> ZoneError? {
        do throws(ZoneError) {
            _ = try folder.rules(of: name)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["Europe/Madrid", "Old", "Spain", "Europe/Other", "Europe/Absolute"])
    func `has the zone of a file and of a link inside of the folder`(name: String) throws {
        try files.link("Old", to: "Europe/Madrid")
        try files.link("Spain", to: "Old")
        try files.link("Europe/Other", to: "../Europe/Madrid")
        try files.link("Europe/Absolute", to: "\(files.path)/Europe/Madrid")
        #expect(try folder.rules(of: name).offset(at: 0) == 3_600)
    }

    @Test func `may itself be a link`() throws {
        let other = try ZoneFiles()
        defer { withExtendedLifetime(other) {} }
        try other.link("zones", to: files.path)
        #expect(try ZoneFolder(path: "\(other.path)/zones").rules(of: "Europe/Madrid").offset(at: 0) == 3_600)
    }

    @Test(arguments: [
        "", "/", "Europe", "Europe/", "/Europe/Madrid", "Europe//Madrid", "europe/madrid", "Europe/Madrid ",
        "Europe/../Europe/Madrid", "../Europe/Madrid", "./Europe/Madrid", "Europe/Madrid\0", "Europe/Madrid\n",
        "Europe/Mädrid", "localtime", "posixrules", "Factory", "posix/Europe/Madrid", "right/Europe/Madrid",
        "Outside", "Text", "Empty", "Pipe", "Loop", "Dangling", "Europe/" + String(repeating: "a", count: 60),
    ])
    func `has no zone of any other name`(name: String) throws {
        let other = try ZoneFiles()
        defer { withExtendedLifetime(other) {} }
        try other.put("Zone", TZifFile(offset: 0))
        try files.link("Outside", to: "\(other.path)/Zone")
        try files.put("Text", bytes: Array("# tzdata".utf8))
        try files.put("Empty", bytes: [])
        mkfifo("\(files.path)/Pipe", 0o600)
        try files.link("Loop", to: "Loop")
        try files.link("Dangling", to: "Nowhere")
        #expect(error(name) == .unknown)
    }

    @Test func `has an unusable zone where a TZif file is wrong or too large`() throws {
        try files.put("Wrong", bytes: Array("TZif".utf8))
        try files.put("Large", bytes: Array("TZif".utf8) + Array(repeating: 0, count: 70_000))
        #expect(error("Wrong") == .unusable("it is cut off"))
        #expect(error("Large") == .unusable("the file has more than 65536 bytes"))
    }

    @Test func `that is missing is not taken for one without the zone`() {
        let missing = ZoneFolder(path: "\(files.path)/missing")
        #expect(throws: ZoneError.noFolder) { try missing.rules(of: "Europe/Madrid") }
        #expect(folder.isReadable && !missing.isReadable)
    }

    @Test(arguments: [
        ("europe/madrid", "Europe/Madrid"), ("EUROPE/MADRID", "Europe/Madrid"), ("Europe/Lisbon", nil), ("europe", nil),
        ("Localtime", nil), ("POSIX/europe/madrid", nil), ("../europe/madrid", nil), ("", nil), ("/", nil),
    ])
    func `suggests the zone with the same letters`(name: String, suggestion: String?) {
        #expect(folder.suggestion(for: name) == suggestion)
    }
}
