/// What a service manager is told about the start of a process, and about its state afterwards. Pure.
///
/// A process is “ready” once it can work. It is also called ready after ``patienceMilliseconds``, because `systemctl
/// start` and the installation of a package wait for it: an unavailable broker must not stop them. The status says what
/// the process waits for.
struct StartNotices {
    /// How long a start may take.
    static let patienceMilliseconds: Int64 = 10_000

    private var isReady = false
    private var status: String?

    /// The notices to send now. `faults` are the reasons why the process can't do its work.
    mutating func next(faults: [String], elapsedMilliseconds: Int64) -> [String] {
        var notices: [String] = []
        if !isReady, faults.isEmpty || elapsedMilliseconds >= Self.patienceMilliseconds {
            isReady = true
            notices.append("READY=1")
        }
        let text = faults.isEmpty ? "ready to work" : "waiting: \(faults.joined(separator: "; "))"
        if text != status {
            status = text
            notices.append("STATUS=\(text.replacing("\n", with: " "))")
        }
        return notices
    }

    /// How long to wait before the next look.
    var waitMilliseconds: Int64 { isReady ? 5_000 : 100 }
}
