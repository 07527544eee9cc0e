import CBuild

/// Which Belfry this is. Every program shows it with `--version`, in its first log line, and in `/metrics`.
public enum Build {
    /// The version, by semantic versioning (https://semver.org). CHANGELOG.md says what changed in each.
    public static let version = "0.9.0"

    /// The commit that the program was built from, such as `6fb6790c1d2e`. It ends with `-changed` if the files were
    /// not those of the commit, and is `unknown` if the build was not told.
    public static let commit = String(cString: belfry_build_commit())

    /// The line of `--version`: `tickerd 0.9.0 (commit 6fb6790c1d2e)`.
    public static func line(of program: Program) -> String {
        "\(program.rawValue) \(version) (commit \(commit))"
    }
}
