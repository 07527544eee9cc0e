import Commands
import Foundation
import JSON

/// Shows how far a command has come: a bar on a terminal, or a JSON object a line for each pass.
struct DeadProgress {
    private let total: Int?
    private let json: Bool
    private let shows: Bool
    private let start = ContinuousClock.now

    /// `total` is the number of letters, if it is known.
    init(total: Int?, json: Bool) {
        self.total = total
        self.json = json
        shows = !json && Terminal.showsProgress
        show(LetterPasses())
    }

    /// Shows what all passes up to now have done.
    func show(_ passes: LetterPasses) {
        guard shows else { return }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let text = ProgressBar.text(
            done: passes.done, failed: passes.failed, total: total,
            milliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000,
            columns: Terminal.columns(of: .standardError) ?? 80)
        Output.overwrite(text)
    }

    /// Shows a pass that has ended.
    func show(_ passes: LetterPasses, after pass: LetterPassAnswer, line: Int? = nil) {
        if json { Output.line(pass.event(line: line).text) }
        show(passes)
    }

    /// Takes the bar away.
    func end() {
        if shows { Output.overwrite(nil) }
    }
}
