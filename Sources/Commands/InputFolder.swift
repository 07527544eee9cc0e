import Foundation

/// Finds the files of jobs in a folder: those whose names end in .yaml, .yml or .json, in the folders below, too.
///
/// Hidden files and folders (their names begin with a dot) are left out. Links are followed, since Kubernetes mounts
/// files as links; a link that leads back to a folder around it is a mistake.
struct InputFolder {
    private static let filesMax = 10_000
    private static let foldersMax = 10_000
    private static let endings = [".yaml", ".yml", ".json"]
    private var files: [String] = []
    /// How many were searched. One that several links lead to counts each time: links can double it at every level.
    private var folders = 0

    /// Returns the paths of the files, sorted. Throws if a folder or file can't be read.
    static func files(in path: String) throws(FileFault) -> [String] {
        var folder = InputFolder()
        try folder.search(path.hasSuffix("/") ? String(path.dropLast()) : path, inside: [])
        return folder.files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// `outer` are the real paths of the folders around this one.
    private mutating func search(_ path: String, inside outer: Set<String>) throws(FileFault) {
        let real = URL(filePath: path.isEmpty ? "/" : path).resolvingSymlinksInPath().path
        guard !outer.contains(real) else {
            throw FileFault(path, "is a link that leads back to a folder around it: remove the link")
        }
        folders += 1
        guard folders <= Self.foldersMax else {
            throw FileFault(path, "is behind more than \(Self.foldersMax) folders, those of links included: give fewer")
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path.isEmpty ? "/" : path) else {
            throw FileFault(path, "can't be read: check its permissions")
        }
        for name in names where !name.hasPrefix(".") {
            let inner = "\(path)/\(name)"
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder)
            if isFolder.boolValue {
                try search(inner, inside: outer.union([real]))
            } else if Self.endings.contains(where: name.lowercased().hasSuffix) {
                guard exists, InputFile.isRegular(inner) else {
                    throw FileFault(inner, "is no file that can be read: a broken link, a pipe or a device")
                }
                files.append(inner)
                guard files.count <= Self.filesMax else {
                    throw FileFault(path, "has more than \(Self.filesMax) files of jobs: give a folder with fewer")
                }
            }
        }
    }
}
