import Foundation

/// The files of this repository, read once.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let sources = swiftFiles(below: "Sources")
    static let tests = swiftFiles(below: "Tests")
    static let benchmarks = swiftFiles(below: "Benchmarks")
    static let package = file("Package.swift")
    static var all: [SourceText] { sources + tests + benchmarks + [package] }

    /// The library modules of Sources, by the names of their folders.
    static let libraries: [String] = Set(sources.map(\.module)).sorted()
        .filter { !programs.contains($0) }
    /// The programs, by the names of their folders.
    static let programs: [String] = names(in: "Sources/Apps")

    static func file(_ path: String) -> SourceText { SourceText(text(path), path: path) }

    /// The text of a file; empty when there is none, which no rule is content with.
    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []).sorted()
    }

    /// The paths of all files below a folder.
    static func paths(below folder: String) -> [String] {
        let base = root.appending(path: folder).resolvingSymlinksInPath()
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return names.sorted().map { "\(folder)/\($0)" }
    }

    private static func swiftFiles(below folder: String) -> [SourceText] {
        paths(below: folder).filter { $0.hasSuffix(".swift") }.map(file)
    }
}

extension SourceText {
    /// The name of the folder below Sources, Sources/Apps or Tests that the file is in.
    var module: String {
        let folders = path.split(separator: "/").dropFirst().filter { $0 != "Apps" }
        return String(folders.first ?? "")
    }

    /// The name of the file without `.swift`.
    var name: String { String(path.split(separator: "/").last?.dropLast(6) ?? "") }
}
