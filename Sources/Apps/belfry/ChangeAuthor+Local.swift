import FoundationEssentials
import Store

extension ChangeAuthor {
    /// The user of the system who runs this command, for audit entries: `local:USER`.
    static let local = ChangeAuthor(name: "local:\(ProcessInfo.processInfo.userName.prefix(128))")
}
