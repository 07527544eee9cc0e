import Foundation

/// Measures processor time and memory of all processes of an installation, including the broker, PostgreSQL
/// if it has the store, and this program.
struct ProcessMeter {
    /// The totals of one moment since the processes were started, by their names. Several processes of a stage count
    /// as one.
    struct Reading {
        var cpuSeconds: [String: Double] = [:]
        var residentMegabytes: [String: Double] = [:]
        /// As the resident memory, but a page that several processes share is divided among them.
        var proportionalMegabytes: [String: Double] = [:]

        /// The processor time of each process since an earlier reading.
        func cpuByProcess(since before: Reading) -> [String: Double] {
            cpuSeconds.reduce(into: [:]) { $0[$1.key] = $1.value - before.cpuSeconds[$1.key, default: 0] }
        }
    }

    private let processes: [(name: String, pid: Int32)]
    /// The first process of PostgreSQL; 0 if it does not run.
    private let postgres: Int32

    /// Finds the processes by their pid files in `pidFolder`, and those of the broker and of PostgreSQL in the folders
    /// `broker` and `postgres` next to it.
    init(pidFolder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: pidFolder)) ?? []
        let files =
            names.map { (String($0.prefix { $0 != "." }), "\(pidFolder)/\($0)") }
            + [("rabbitmq", "\(pidFolder)/../broker/node.pid")]
        processes =
            files.compactMap { name, path in Self.numbers(in: path).first.map { (name, $0) } } + [("bench", getpid())]
        postgres = Self.numbers(in: "\(pidFolder)/../postgres/postgres.pid").first ?? 0
    }

    /// The numbers of a file of the system or of `Scripts/up`; none if there is no such file.
    private static func numbers(in path: String) -> [Int32] {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    }

    /// PostgreSQL has a process for each connection, which it may have opened since the last reading.
    private var postgresProcesses: [(name: String, pid: Int32)] {
        guard postgres > 0 else { return [] }
        let children = Self.numbers(in: "/proc/\(postgres)/task/\(postgres)/children")
        return ([postgres] + children).map { ("postgres", $0) }
    }

    func read() -> Reading {
        (processes + postgresProcesses).reduce(into: Reading()) { reading, process in
            reading.cpuSeconds[process.name, default: 0] += Self.cpuSeconds(of: process.pid)
            let memory = Self.memoryMegabytes(of: process.pid)
            reading.residentMegabytes[process.name, default: 0] += memory["Rss", default: 0]
            reading.proportionalMegabytes[process.name, default: 0] += memory["Pss", default: 0]
        }
    }

    /// By the clock of the process, which is finer than the hundredths of a second in /proc/PID/stat.
    private static func cpuSeconds(of pid: Int32) -> Double {
        var clock = clockid_t()
        guard clock_getcpuclockid(pid, &clock) == 0 else { return 0 }
        return seconds(of: clock)
    }

    /// Seconds on a clock of processor time.
    static func seconds(of clock: clockid_t) -> Double {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The lines of /proc/PID/smaps_rollup (proc(5)), such as `Rss:   49152 kB`.
    private static func memoryMegabytes(of pid: Int32) -> [String: Double] {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/smaps_rollup") else { return [:] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").reduce(into: [:]) { memory, line in
            let fields = line.split(separator: " ")
            guard fields.count == 3, fields[0].hasSuffix(":"), let kilobytes = Double(fields[1]) else { return }
            memory[String(fields[0].dropLast())] = kilobytes / 1_024
        }
    }
}
