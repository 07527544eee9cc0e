import Foundation

/// A file with one secret, as Docker, Kubernetes and systemd give them to a program.
enum SecretFile {
    /// The longest file that is read: more than any value, and few enough to read at once.
    static let bytesMax = 65_536

    /// The text of the file without the line end at its end, which editors and `echo` add. Throws what is wrong with
    /// the file and how to repair it, as the end of the sentence “PATH, which …”.
    static func text(at path: String) throws(SettingsError) -> String {
        let bytes = try Self.bytes(at: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError("is not UTF-8 text: write the value into it and nothing else")
        }
        let value = text.hasSuffix("\n") || text.hasSuffix("\r\n") ? String(text.dropLast()) : text
        guard !value.isEmpty else { throw SettingsError("is empty: write the value into it") }
        return value
    }

    private static func bytes(at path: String) throws(SettingsError) -> Data {
        var status = stat()
        guard stat(path, &status) == 0 else { throw cannotBeRead() }
        // To read a pipe or a device may never end.
        guard status.st_mode & S_IFMT == S_IFREG else { throw SettingsError("is not a file: name a file") }
        guard status.st_size <= bytesMax else {
            throw SettingsError(
                "has \(status.st_size) bytes, more than the \(bytesMax) that are read: name another file")
        }
        guard let file = FileHandle(forReadingAtPath: path) else { throw cannotBeRead() }
        do {
            return try file.read(upToCount: bytesMax) ?? Data()
        } catch {
            throw cannotBeRead()
        }
    }

    private static func cannotBeRead() -> SettingsError {
        let remedy =
            switch errno {
            case EACCES, EPERM: "make it readable for the user of this program"
            case ENOENT, ENOTDIR: "create it, or name the right path"
            default: "check its disk"
            }
        return SettingsError("can't be read (\(String(cString: strerror(errno)))): \(remedy)")
    }
}
