import Foundation

/// The processor time that all processes of the machine used together.
enum MachineLoad {
    static let coreCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Seconds since the machine was started; time that another virtual machine took is among them.
    static func busySeconds() -> Double {
        guard let data = FileManager.default.contents(atPath: "/proc/stat") else { return 0 }
        // The first line is: cpu user nice system idle iowait irq softirq steal … (proc(5)).
        let line = String(decoding: data, as: UTF8.self).prefix { $0 != "\n" }
        let fields = line.split(separator: " ").dropFirst().prefix(8).map { Double($0) ?? 0 }
        guard fields.count == 8 else { return 0 }
        return (fields.reduce(0, +) - fields[3] - fields[4]) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
