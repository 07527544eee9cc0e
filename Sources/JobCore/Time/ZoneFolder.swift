import Foundation

/// The folder of the system's time zones, such as `/usr/share/zoneinfo`: a TZif file for each zone, with its name.
struct ZoneFolder: Sendable {
    let path: String

    /// What is different after a file was replaced or written.
    struct Version: Equatable {
        private var device: UInt64
        private var file: UInt64
        private var bytes: Int64
        /// The time of the latest write, and that of the latest change of the file's entry.
        private var times: [Int]

        fileprivate init(_ status: stat) {
            (device, file, bytes) = (UInt64(status.st_dev), UInt64(status.st_ino), Int64(status.st_size))
            times = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
        }
    }

    private static let nameBytesMax = 64
    /// Entries that are no zones of their own: the machine's setting, placeholders, and copies of all other files.
    private static let excluded: Set<Substring> = ["localtime", "posixrules", "Factory", "posix", "right"]

    /// Whether a text may be a zone's name: words of letters, digits, `+`, `-` and `_`, between slashes.
    static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= nameBytesMax else { return false }
        let words = name.split(separator: "/", omittingEmptySubsequences: false)
        let isWritten = words.allSatisfy { word in
            !word.isEmpty
                && word.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
        return isWritten && !excluded.contains(words[0])
    }

    /// Whether the folder is there and can be read.
    var isReadable: Bool { (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil }

    /// The version of a zone's file; nil if there is none.
    func version(of name: String) -> Version? {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? Version(status) : nil
    }

    /// Reads the file of a zone.
    func rules(of name: String) throws(ZoneError) -> ZoneRules {
        guard let folder = Self.resolved(path) else { throw .noFolder }
        // A link may lead to another file of the folder, and to none outside.
        guard Self.isName(name), let file = Self.resolved("\(path)/\(name)"), file.hasPrefix(folder + "/") else {
            throw .unknown
        }
        let bytes = try Self.bytes(ofFile: file)
        // Tables and versions lie beside the zones.
        guard bytes.starts(with: TZifReader.magic) else { throw .unknown }
        return try TZifReader.rules(of: bytes)
    }

    /// The zone with the same letters in another case, for a name that was not found.
    func suggestion(for name: String) -> String? {
        guard Self.isName(name) else { return nil }
        var found: [String] = []
        for word in name.split(separator: "/") {
            let folder = ([path] + found).joined(separator: "/")
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            guard let entry = entries.sorted().first(where: { $0.lowercased() == word.lowercased() }) else {
                return nil
            }
            found.append(entry)
        }
        let suggestion = found.joined(separator: "/")
        return (try? rules(of: suggestion)) == nil ? nil : suggestion
    }

    private static func bytes(ofFile path: String) throws(ZoneError) -> [UInt8] {
        // A pipe with this name must not hold the reader until somebody writes.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable("it can't be opened: \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .unknown }
        do {
            // One byte more than a file may have shows that it has too many.
            return Array(try handle.read(upToCount: TZifReader.bytesMax + 1) ?? Data())
        } catch {
            throw .unreadable("it can't be read: \(error)")
        }
    }

    /// The absolute path without links; nil if there is no such file.
    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
