import JobCore

/// The rule for the names of API keys, which are in log lines, listings and audit entries. `local:USER` is none, so no
/// key passes for a command.
public enum KeyName {
    /// Returns the reason why a key can't have this name, or nil if it can.
    public static func fault(in name: String) -> String? {
        guard JobName.hasPlainCharacters(name), (1...128).contains(name.utf8.count) else {
            return "a key's name is 1 to 128 of a-z, A-Z, 0-9, “.”, “_” and “-”"
        }
        return nil
    }
}
