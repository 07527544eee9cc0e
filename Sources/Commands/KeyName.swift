/// The rule for the names of API keys, which are in log lines and listings.
public enum KeyName {
    /// Returns the reason why a key can't have this name, or nil if it can.
    public static func fault(in name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (1...128).contains(name.utf8.count) else {
            return "a key's name is 1 to 128 of a-z, A-Z, 0-9, “.”, “_” and “-”"
        }
        return nil
    }
}
