/// The commands that repair a broker's topology, as a shell takes them.
public struct RepairCommand: Sendable {
    private let prefix: String
    private let virtualHost: String

    public init(prefix: String, virtualHost: String) {
        self.prefix = prefix
        self.virtualHost = virtualHost
    }

    /// Creates what is missing.
    public var apply: String {
        "belfry topology apply" + (prefix == "belfry" ? "" : " --prefix \(Self.quoted(prefix))")
    }

    /// Also removes and replaces.
    public var replace: String { "\(apply) --replace" }

    /// A call of `rabbitmqctl` for the topology's virtual host, or another one.
    func control(_ action: String, _ words: [String], virtualHost other: String? = nil) -> String {
        (["rabbitmqctl", action, "-p", Self.quoted(other ?? virtualHost)] + words.map(Self.quoted)).joined(
            separator: " ")
    }

    /// A call of `rabbitmqctl` for a user, who belongs to no virtual host.
    func controlUser(_ action: String, _ words: [String]) -> String {
        (["rabbitmqctl", action] + words.map(Self.quoted)).joined(separator: " ")
    }

    /// A word as a shell reads it, whatever characters it has.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./".utf8.contains(byte)
        }
        return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
