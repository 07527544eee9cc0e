import JobCore

/// Makes names that Belfry takes out of those that it doesn't.
enum ImportNaming {
    private static let bytesMax = 128
    /// Of a name that is made from a command.
    private static let wordsMax = 3
    private static let commandNameBytesMax = 60

    /// The text with `-` in the place of what a name can't have; nil if nothing is left.
    static func valid(_ text: String) -> String? {
        var name: [UInt8] = []
        for byte in text.utf8 {
            let isKept = JobName.hasPlainCharacters(String(UnicodeScalar(byte))) && byte != dash
            if isKept { name.append(byte) } else if name.last != dash, !name.isEmpty { name.append(dash) }
            if name.count == bytesMax { break }
        }
        while name.last == dash { name.removeLast() }
        let result = String(decoding: name, as: UTF8.self)
        return JobName.fault(in: result) == nil ? result : nil
    }

    /// The name with a number behind it, shortened if it must be.
    static func numbered(_ name: String, _ number: Int) -> String {
        let end = "-\(number)"
        var start = name.prefix(bytesMax - end.utf8.count)
        while start.hasSuffix("-") { start = start.dropLast() }
        return start + end
    }

    /// A name for a command line: its first words without their folders, such as `backup.sh` for
    /// `/usr/local/bin/backup.sh --full >/dev/null`, or `php-artisan-schedule-run`.
    static func name(ofCommand command: String) -> String {
        var words: [Substring] = []
        for word in command.prefix(1_024).split(whereSeparator: { $0 == " " || $0 == "\t" }) {
            // What is done first is often only `cd`.
            if words.first == "cd", word == "&&" || word.hasSuffix(";") {
                words = []
                continue
            }
            if words.isEmpty, word.contains("="), !word.hasPrefix("=") { continue }
            guard !ends.contains(where: word.contains), words.count < wordsMax else { break }
            guard !word.hasPrefix("-") else { continue }
            words.append(word)
        }
        let parts = words.map { $0.split(separator: "/").last ?? $0 }
        return String(parts.joined(separator: "-").prefix(commandNameBytesMax))
    }

    /// Characters that end a command, or send its output elsewhere.
    private static let ends: [Character] = ["|", "&", ";", ">", "<", "(", ")", "`", "$", "%"]
    private static let dash = UInt8(ascii: "-")
}
