import JSON

/// The percentiles of some times.
struct Percentiles {
    private let sorted: [Double]

    init(milliseconds: [Double]) {
        sorted = milliseconds.sorted()
    }

    init(milliseconds: [Int64]) {
        self.init(milliseconds: milliseconds.map { Double($0) })
    }

    /// The median, the 95th and the 99th percentile, and the longest, in milliseconds. Empty if there are no times.
    func fields(prefix: String = "") -> [String: JSONValue] {
        guard let last = sorted.last else { return [:] }
        let percentiles = [50, 95, 99].map { ("\(prefix)p\($0)_ms", sorted[sorted.count * $0 / 100]) }
        return Dictionary(
            uniqueKeysWithValues: (percentiles + [("\(prefix)max_ms", last)]).map { name, value in
                (name, .number(value.rounded(digits: 2)))
            })
    }
}
