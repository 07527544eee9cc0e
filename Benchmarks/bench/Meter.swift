import Foundation
import JobCore

/// Waits for the end of what is measured, on a thread of its own, so that its own cost is known.
enum Meter {
    /// The end of a wait.
    struct Reading {
        var at: Instant
        /// The processor time of the meter's thread.
        var cpuSeconds: Double
    }

    private static let idleMaxMilliseconds: Int64 = 60_000

    /// Waits until `missing` returns 0. It is called every 20 ms, and every 4 ms once it returns `near` or less: the
    /// end is then known within about 5 ms.
    ///
    /// Throws what `missing` throws, and if its value doesn't change for a minute.
    static func wait(
        for what: String, near: Int, _ missing: @escaping @Sendable () throws -> Int
    ) async throws -> Reading {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(with: Result { try waitHere(for: what, near: near, missing) })
            }.start()
        }
    }

    private static func waitHere(for what: String, near: Int, _ missing: () throws -> Int) throws -> Reading {
        let time = SystemTime()
        var last = (value: -1, at: time.monotonicMilliseconds())
        while true {
            let value = try missing()
            let at = time.now()
            guard value > 0 else {
                return Reading(at: at, cpuSeconds: ProcessMeter.seconds(of: CLOCK_THREAD_CPUTIME_ID))
            }
            let now = time.monotonicMilliseconds()
            if value != last.value { last = (value, now) }
            guard now - last.at < idleMaxMilliseconds else {
                throw Failure("\(value) \(what) are missing: no progress for a minute")
            }
            usleep(value > near ? 20_000 : 4_000)
        }
    }
}
