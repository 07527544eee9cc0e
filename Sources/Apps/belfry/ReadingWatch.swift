import Foundation

/// Ends the program if reading files keeps the processor busy for too long. Files within the limits are read in less.
enum ReadingWatch {
    private static let secondsMax = 20.0

    /// Reads. After 20 s of the processor's time it ends the program with exit code 1: a busy machine makes no file
    /// worse. `work` is what took too long, for the message, and `consequence` what becomes of it.
    static func run<Value>(_ work: String, _ consequence: String, _ read: () throws -> Value) rethrows -> Value {
        // A thread of its own: the reader may keep the only thread for tasks busy.
        let end = processorSeconds + secondsMax
        let watch = Thread {
            while processorSeconds < end {
                Thread.sleep(forTimeInterval: 0.2)
                guard !Thread.current.isCancelled else { return }
            }
            Output.failure(["\(work) took more than \(Int(secondsMax)) s, so \(consequence)"])
            Foundation.exit(1)
        }
        watch.start()
        defer { watch.cancel() }
        return try read()
    }

    /// What this process has taken.
    private static var processorSeconds: Double {
        // In microseconds, as POSIX has it.
        Double(clock()) / 1e6
    }
}
