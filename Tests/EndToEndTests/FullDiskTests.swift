import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: `/readyz` says no while the store can't be written to, and why.
    @Suite struct FullDiskTests {
        private static let program = "disk-reaperd.1"

        /// A disk of the program's own: a small file system in memory, which other processes don't see.
        private struct SmallDisk {
            var folder: String
            var pid: Int32

            /// The folder as the program sees it.
            var inside: String { "/proc/\(pid)/root\(folder)" }

            func run(_ command: String) async throws {
                let asOthers = geteuid() == 0 ? [] : ["--user", "--preserve-credentials"]
                let done = try await Program.run(
                    "/usr/bin/nsenter", ["--target", "\(pid)", "--mount"] + asOthers + ["/bin/sh", "-ec", command])
                guard done.status == 0 else { throw TestFailure("\(command): \(done.errors)") }
            }
        }

        private static func start(_ belfry: Installation) async throws -> SmallDisk {
            let folder = "\(belfry.home)/disk"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let store = try #require(belfry.settings["BELFRY_STORE_URL"])
            let unshare = geteuid() == 0 ? "unshare --mount" : "unshare --mount --map-root-user"
            let mount = "mount -t tmpfs -o size=4m tmpfs \(folder)"
            let daemon = "exec \(Project.bin)/reaperd"
            let script = try String(contentsOfFile: "\(belfry.home)/stages/reaperd.1", encoding: .utf8)
                .replacing(store, with: "sqlite:\(folder)/belfry.sqlite")
                // The same ports at another loopback address.
                .replacing("LISTEN=127.0.0.1:", with: "LISTEN=127.0.0.3:")
                .replacing(daemon, with: "exec \(unshare) sh -ec '\(mount); \(daemon)'")
            let path = "\(belfry.home)/stages/\(program)"
            try script.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
            try await belfry.startProgram(program)
            try await untilReady(belfry)
            return SmallDisk(folder: folder, pid: belfry.pid(program))
        }

        private static func untilReady(_ belfry: Installation) async throws {
            try await belfry.untilReady(program)
        }

        @Test func `a program whose disk is full or read-only is not ready, and is ready again afterwards`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let disk = try await Self.start(belfry)
            #expect(FileManager.default.fileExists(atPath: "\(disk.inside)/belfry.sqlite"))

            try await disk.run("! head -c 100M /dev/zero >\(disk.folder)/filler")
            let full = try await belfry.readiness(Self.program)
            #expect(full.status == 503 && full.text.contains("is full") && !full.text.contains("/disk"), "\(full)")
            #expect(try await belfry.health(Self.program, "healthz").status == 200)
            try await disk.run("rm \(disk.folder)/filler")
            try await Self.untilReady(belfry)

            // A read-only disk in the place of this one, with the same files.
            try await disk.run(
                """
                mkdir /tmp/belfry-copy-$$; mount -t tmpfs -o size=4m tmpfs /tmp/belfry-copy-$$
                cp -a \(disk.folder)/. /tmp/belfry-copy-$$; mount -o remount,ro /tmp/belfry-copy-$$
                mount --bind /tmp/belfry-copy-$$ \(disk.folder)
                umount /tmp/belfry-copy-$$; rmdir /tmp/belfry-copy-$$
                """)
            let readOnly = try await belfry.readiness(Self.program)
            #expect(readOnly.status == 503 && readOnly.text.contains("can't be written"), "\(readOnly)")
            try await disk.run("umount \(disk.folder)")
            try await Self.untilReady(belfry)

            try await belfry.endProgram(Self.program)
            try FileManager.default.removeItem(atPath: "\(belfry.home)/pids/\(Self.program)")
        }
    }
}
