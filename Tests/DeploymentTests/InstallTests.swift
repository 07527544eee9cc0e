import Foundation
import TestServers
import Testing

@Suite struct `Scripts/install` {
    @Test func `puts everything below a folder, with the paths of that folder`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "belfry-install-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Program.script(
            "install", ["/opt/belfry", "--destdir", folder.path], environment: ["BELFRY_PREBUILT": Project.bin])
        let top = folder.appending(path: "opt/belfry")
        let found = try Set(FileManager.default.subpathsOfDirectory(atPath: top.path))
        let expected = [
            "bin/belfry", "bin/tickerd", "bin/exporterd", "share/man/man1/belfry.1", "share/man/man1/belfry-jobs.1",
            "share/man/man8/courierd.8", "share/bash-completion/completions/belfry", "share/zsh/site-functions/_belfry",
            "share/fish/vendor_completions.d/belfry.fish", "lib/sysusers.d/belfry.conf",
            "share/doc/belfry/examples/systemd/aws.conf",
        ]
        let units = try FileManager.default.subpathsOfDirectory(atPath: "\(Project.root)/packaging/systemd")
            .filter { $0.hasPrefix("belfry") }.map { "lib/systemd/system/\($0)" }
        let examples = try UnitFile.names(in: "etc/belfry").map { "share/doc/belfry/examples/etc/belfry/\($0)" }
        #expect((expected + units + examples).filter { !found.contains($0) } == [])
        let unit = top.appending(path: "lib/systemd/system/belfry-tickerd@.service")
        #expect(try String(contentsOf: unit, encoding: .utf8).contains("ExecStart=/opt/belfry/bin/tickerd\n"))
        let version = try await Program.run(top.appending(path: "bin/tickerd").path, ["--version"])
        #expect(version.output.hasPrefix("tickerd "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["opt"])
    }

    @Test(arguments: [[], ["usr"], ["/usr/local", "/opt"], ["/a b"], ["/usr", "--destdir"], ["--help"]])
    func `refuses wrong usage, and says what is right`(arguments: [String]) async throws {
        let finished = try await Program.run("\(Project.root)/Scripts/install", arguments)
        #expect(finished.status == 2)
        #expect(finished.errors.hasPrefix("usage: install PREFIX"))
    }
}
