/// The passwords of broker users: lines of the form `USER=PASSWORD`.
///
/// Lines end with LF or CRLF. Empty lines and lines that begin with `#` are left out. All between the first `=` and the
/// end of the line is the password.
public enum PasswordFile {
    /// Reads the passwords by user. Throws all mistakes together; no message shows a password.
    ///
    /// `users` are the users that exist: a name that is none of them is a mistake.
    public static func passwords(
        in bytes: [UInt8], file: String, users: [String]
    ) throws(InvalidFiles) -> [String: String] {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw InvalidFiles(faults: [FileFault(file, "this is not UTF-8: save the file in that encoding")])
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        var passwords: [String: String] = [:]
        var lines: [String: Int] = [:]
        var faults: [FileFault] = []
        for (index, var line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.last == "\r" { line.removeLast() }
            guard !line.isEmpty, line.first != "#" else { continue }
            let place = FilePlace(file: file, line: index + 1)
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                faults.append(FileFault(place, "the line is not of the form USER=PASSWORD"))
                continue
            }
            let (user, password) = (parts[0], parts[1])
            if line.contains(where: { $0.properties.generalCategory == .control }) {
                faults.append(FileFault(place, "the line has a control character in it: remove it"))
            } else if !users.contains(user) {
                let known = users.joined(separator: ", ")
                // The name isn't shown: a line without a user can be a password of base64, which ends in `=`.
                faults.append(FileFault(place, "the line has the name of no user: the users are \(known)"))
            } else if let first = lines[user] {
                faults.append(FileFault(place, "the user \(user) is already in line \(first): keep one of them"))
            } else {
                passwords[user] = password
                lines[user] = index + 1
            }
        }
        guard faults.isEmpty else { throw InvalidFiles(faults: faults) }
        return passwords
    }
}
