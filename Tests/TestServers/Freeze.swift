import Foundation

/// Stops a process with SIGSTOP, and returns once all of its threads stand still. On a busy machine they run on for a
/// moment, in which a broker still confirms. SIGCONT ends it.
public func freeze(_ pid: Int32) async throws {
    guard kill(pid, SIGSTOP) == 0 else { throw TestFailure("the process \(pid) can't be stopped: it has ended") }
    let tasks = "/proc/\(pid)/task"
    do {
        _ = try await until("all threads of the process \(pid) are stopped") {
            let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
            return threads.allSatisfy { isStopped("\(tasks)/\($0)/stat") } ? true : nil
        }
    } catch {
        kill(pid, SIGCONT)
        throw error
    }
}

/// The state follows the name, which is in parentheses (proc(5)). A thread without a file has ended meanwhile.
private func isStopped(_ file: String) -> Bool {
    guard let stat = try? String(contentsOfFile: file, encoding: .utf8) else { return true }
    return stat.split(separator: ")").last?.hasPrefix(" T") == true
}
