import Foundation

/// Measures processor time and memory of all processes of an installation, including the broker and this program.
struct ProcessMeter {
    /// The totals at one moment.
    struct Reading {
        var cpuSeconds: Double
        var residentMegabytes: Int64
        var cpuByName: [String: Double]
    }

    private let processes: [(name: String, pid: Int32)]

    /// Finds the processes by their pid files in `pidFolder`, and the broker's in the folder `broker` next to it.
    init(pidFolder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: pidFolder)) ?? []
        let files = names.map { ($0, "\(pidFolder)/\($0)") } + [("rabbitmq", "\(pidFolder)/../broker/node.pid")]
        processes =
            files.compactMap { name, path in
                let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
                return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { (name, $0) }
            } + [("bench", getpid())]
    }

    /// Reads the totals since the processes were started.
    func read() -> Reading {
        var reading = Reading(cpuSeconds: 0, residentMegabytes: 0, cpuByName: [:])
        for process in processes {
            guard let stat = FileManager.default.contents(atPath: "/proc/\(process.pid)/stat") else { continue }
            // The fields after the name in parentheses, which may hold blanks (proc(5)): utime is 14th, rss 24th.
            let text = String(decoding: stat, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { continue }
            let fields = text[text.index(after: end)...].split(separator: " ")
            let ticks = (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
            let seconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
            reading.cpuSeconds += seconds
            reading.cpuByName[process.name] = seconds
            reading.residentMegabytes += (Int64(fields[21]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
        }
        return reading
    }

    /// Returns a line for each process with the processor time it used since an earlier reading.
    func shares(since before: Reading) -> [String] {
        read().cpuByName.sorted { $0.key < $1.key }.map { name, seconds in
            "  \(name): \(((seconds - (before.cpuByName[name] ?? 0)) * 100).rounded() / 100) s"
        }
    }
}
