/// The line that shows how far a command has come: `[####----] 4000/8000  500/s  3 failed`.
public enum ProgressBar {
    private static let barColumnsMax = 40
    private static let barColumnsMin = 8

    /// The line, cut to the columns of the terminal. Without a total there is no bar. `milliseconds` have passed since
    /// the first letter.
    public static func text(
        done: Int, failed: Int, total: Int?, milliseconds: Int64, columns: Int
    ) -> String {
        let rate = milliseconds > 0 ? Int(Double(done) * 1_000 / Double(milliseconds)) : 0
        let counts = "\(done)\(total.map { "/\($0)" } ?? "")  \(rate)/s  \(failed) failed"
        // One column stays free: a terminal breaks the line after a character in the last one.
        let width = max(0, columns - 1)
        let barColumns = min(barColumnsMax, width - counts.count - 3)
        guard let total, barColumns >= barColumnsMin else { return String(counts.prefix(width)) }
        let share = total > 0 ? min(1, Double(done + failed) / Double(total)) : 1
        let filled = Int(share * Double(barColumns))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barColumns - filled)
        return "[\(bar)] \(counts)"
    }
}
