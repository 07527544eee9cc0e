import Foundation
import TestServers
import Testing

/// The real program and the real shells.
@Suite struct `The completions` {
    private static let belfry = "\(Project.bin)/belfry"

    /// What a shell answers to this script.
    private static func lines(_ shell: String, _ options: [String], _ script: String) async throws -> [String] {
        let done = try await Program.run("/usr/bin/env", [shell] + options + ["-c", script])
        #expect(done.status == 0 && done.errors.isEmpty, "\(done)")
        return done.output.split(separator: "\n").map { String($0.drop { $0 == " " }) }
    }

    @Test func `of bash name commands, options and values`() async throws {
        func completions(_ words: String...) async throws -> [String] {
            let quoted = words.map { "'\($0)'" }.joined(separator: " ")
            return try await Self.lines(
                "bash", [],
                """
                set -e; script=$('\(Self.belfry)' --generate-completion-script bash)
                bash -n <<< "$script"; shopt -s extglob; eval "$script"; set +e
                COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1); COMP_LINE='\(words.joined(separator: " "))'
                COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMPREPLY=()
                read -r _ _ function _ < <(complete -p belfry | sed 's/.*-F //; s/^/x x /')
                "$function" belfry '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
                printf '%s\\n' "${COMPREPLY[@]}"
                """)
        }
        #expect(try await completions("belfry", "exec") == ["executions"])
        #expect(try await completions("belfry", "jobs", "sh") == ["show"])
        let statuses = try await completions("belfry", "executions", "--status", "")
        #expect(statuses.sorted() == ["fail", "invoked", "pending", "processing", "success"])
        #expect(try await completions("belfry", "run", "--fol") == ["--follow"])
    }

    @Test func `of fish name commands, options and values`() async throws {
        func completions(_ line: String) async throws -> [String] {
            let script = """
                set PATH '\(Project.bin)' $PATH; '\(Self.belfry)' --generate-completion-script fish | source
                complete -C '\(line)'
                """
            // Each line is a completion, a tab, and its description.
            return try await Self.lines("fish", ["--no-config"], script).map { line in
                String(line.prefix { $0 != "\t" })
            }
        }
        #expect(try await completions("belfry exec") == ["executions"])
        #expect(try await completions("belfry jobs sh") == ["show"])
        let statuses = try await completions("belfry executions --status ")
        #expect(statuses.sorted() == ["fail", "invoked", "pending", "processing", "success"])
        #expect(try await completions("belfry run --fol") == ["--follow"])
    }

    @Test func `of zsh are loaded from where the documented line puts them`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let answer = try await Self.lines(
            "zsh", ["-f"],
            """
            cd '\(folder.path)'; '\(Self.belfry)' --generate-completion-script zsh >_belfry; zsh -n _belfry || exit
            fpath=($PWD $fpath); autoload -U compinit; compinit -u -d dump
            print $_comps[belfry]; autoload +X _belfry; print ${+functions[_belfry_jobs_apply]}
            """)
        #expect(answer.first == "_belfry" && answer.count == 2)
    }
}
