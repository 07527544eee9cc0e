/// The version of the messages between stages.
///
/// Messages are JSON with named fields, and a reader leaves out fields that it does not know. So most changes need no
/// version: a field that may be absent is added. A change that an older reader would misunderstand raises the version
/// of the messages that have it, which name it in a header. Messages without the header have version 1: those of all
/// versions of Belfry up to now.
public enum MessageVersion {
    /// The newest version that this program reads.
    public static let newest = 1

    /// Why messages with these headers can't be read by this program; nil if they can.
    public static func fault(in headers: [String: String]) -> String? {
        guard let text = headers[Header.messageVersion] else { return nil }
        guard let version = Int(text), version >= 1 else {
            return "the header \(Header.messageVersion) is not a number from 1 on"
        }
        guard version > newest else { return nil }
        return "it has version \(version), and this program reads up to \(newest): upgrade this program, then replay it"
    }
}
