import JobCore

/// Keeps the replays of a pass to their rate.
///
/// It waits after each window for as long as the rate allows for the window's letters, also after the last one. So no
/// burst goes out after a long wait, and passes that follow each other keep to the rate together.
struct LetterPace {
    /// Nil for no limit.
    let ratePerSecond: Int?
    let time: any TimeSource
    private var begunAt: Int64 = 0

    init(ratePerSecond: Int?, time: any TimeSource) {
        self.ratePerSecond = ratePerSecond
        self.time = time
    }

    /// With a rate, a tenth of a second's letters at a time.
    func windowLetters(upTo most: Int) -> Int {
        ratePerSecond.map { max(1, min($0 / 10, most)) } ?? most
    }

    /// A window is published from now on.
    mutating func begin() { begunAt = time.monotonicMilliseconds() }

    /// A window of this number of letters was published.
    func wait(after count: Int) async {
        guard let rate = ratePerSecond.map(Int64.init) else { return }
        let share = (Int64(count) * 1_000 + rate - 1) / rate
        let wait = begunAt + share - time.monotonicMilliseconds()
        if wait > 0 { try? await time.sleep(milliseconds: wait) }
    }
}
