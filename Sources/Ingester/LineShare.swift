import JobCore

/// On which lines of reports a recorder is active, and when it gives one to another recorder.
///
/// RabbitMQ hands the reports of a line to one of its recorders, and tells none which. But each line has a sign of life
/// every second: so a recorder is active on the lines from which something has come lately.
struct LineShare: Sendable {
    /// Several signs of life.
    static let activeMilliseconds: Int64 = 5_000

    /// When something came, by the monotonic clock.
    private var heardAt: [ReportLine: Int64] = [:]
    /// The line to be given away with its next batch.
    private var leaving: ReportLine?

    /// The lines that this recorder is active on.
    func active(at monotonicMilliseconds: Int64) -> [ReportLine] {
        ReportLine.allCases.filter { line in
            heardAt[line].map { monotonicMilliseconds - $0 <= Self.activeMilliseconds } ?? false
        }
    }

    /// A batch has come from a line.
    mutating func heard(_ line: ReportLine, at monotonicMilliseconds: Int64) {
        heardAt[line] = monotonicMilliseconds
    }

    /// Compares with the numbers of lines of the other recorders: a line is given away if another recorder has at least
    /// two less. So the numbers end up at most one apart, and then stay.
    mutating func compare(with others: [Int], at monotonicMilliseconds: Int64) {
        let own = active(at: monotonicMilliseconds)
        leaving = others.contains { $0 + 2 <= own.count } ? own.last : nil
    }

    /// Whether a line is to be given away with the batch that is being handled. From then on this recorder is not
    /// active on it.
    mutating func gives(_ line: ReportLine) -> Bool {
        guard leaving == line else { return false }
        (leaving, heardAt[line]) = (nil, nil)
        return true
    }
}
