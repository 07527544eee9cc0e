public import CoreMetrics
import Synchronization

/// Keeps the metrics of this process and writes them as Prometheus text (exposition format 0.0.4).
///
/// It is a backend of swift-metrics: counters stay counters, meters become gauges, and recorders and timers become
/// histograms. Timers are in milliseconds.
public final class PrometheusMetrics: MetricsFactory {
    fileprivate enum Value: Sendable {
        case counter(Double)
        case gauge(Double)
        case histogram(counts: [UInt64], sum: Double)
    }

    fileprivate struct Key: Hashable, Sendable {
        var name: String
        var labels: String
    }

    /// Upper bounds of the histogram buckets, suitable for milliseconds and for batch sizes.
    private static let bounds: [Double] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
    ]

    private let values = Mutex<[Key: Value]>([:])

    public init() {}

    /// Returns all metrics as Prometheus text, sorted by name and labels.
    public func text() -> String {
        let snapshot = values.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var lines: [String] = []
        var lastName: String?
        for (key, value) in snapshot {
            if key.name != lastName { lines.append("# TYPE \(key.name) \(value.kind)") }
            lastName = key.name
            lines += value.lines(key, bounds: Self.bounds)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    fileprivate func add(_ amount: Double, to key: Key) {
        values.withLock { values in
            guard case .counter(let old) = values[key, default: .counter(0)] else { return }
            values[key] = .counter(old + amount)
        }
    }

    fileprivate func set(_ amount: Double, _ key: Key) {
        values.withLock { $0[key] = .gauge(amount) }
    }

    fileprivate func move(_ amount: Double, _ key: Key) {
        values.withLock { values in
            guard case .gauge(let old) = values[key, default: .gauge(0)] else { return }
            values[key] = .gauge(old + amount)
        }
    }

    fileprivate func observe(_ amount: Double, _ key: Key) {
        values.withLock { values in
            var counts = [UInt64](repeating: 0, count: Self.bounds.count + 1)
            var sum = 0.0
            if case .histogram(let oldCounts, let oldSum) = values[key] { (counts, sum) = (oldCounts, oldSum) }
            // Release the stored array, so that the change below doesn't copy it.
            values[key] = nil
            counts[Self.bounds.firstIndex { amount <= $0 } ?? Self.bounds.count] += 1
            values[key] = .histogram(counts: counts, sum: sum + amount)
        }
    }

    private func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let labels = dimensions.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        return Series(key: Key(name: label, labels: labels), owner: self)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let series = series(label, dimensions)
        add(0, to: series.key)
        return series
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Gauge(series: series(label, dimensions))
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions)
    }

    // Metrics are kept as long as the process runs: to Prometheus, a counter that disappears looks like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
}

extension PrometheusMetrics.Value {
    fileprivate var kind: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    fileprivate func lines(_ key: PrometheusMetrics.Key, bounds: [Double]) -> [String] {
        let braces = key.labels.isEmpty ? "" : "{\(key.labels)}"
        switch self {
        case .counter(let value), .gauge(let value): return ["\(key.name)\(braces) \(value)"]
        case .histogram(let counts, let sum):
            let separator = key.labels.isEmpty ? "" : ","
            var lines: [String] = []
            var total: UInt64 = 0
            for (index, count) in counts.enumerated() {
                total += count
                let bound = index < bounds.count ? "\(Int(bounds[index]))" : "+Inf"
                lines.append("\(key.name)_bucket{\(key.labels)\(separator)le=\"\(bound)\"} \(total)")
            }
            return lines + ["\(key.name)_sum\(braces) \(sum)", "\(key.name)_count\(braces) \(total)"]
        }
    }
}

/// One metric with its labels, in the role of a counter, a recorder or a timer.
private final class Series: CounterHandler, FloatingPointCounterHandler, RecorderHandler, TimerHandler {
    let key: PrometheusMetrics.Key
    let owner: PrometheusMetrics

    init(key: PrometheusMetrics.Key, owner: PrometheusMetrics) {
        self.key = key
        self.owner = owner
    }

    func increment(by amount: Int64) { owner.add(Double(amount), to: key) }
    func increment(by amount: Double) { owner.add(amount, to: key) }
    func reset() {}
    func record(_ value: Int64) { owner.observe(Double(value), key) }
    func record(_ value: Double) { owner.observe(value, key) }
    func recordNanoseconds(_ duration: Int64) { owner.observe(Double(duration) / 1_000_000, key) }
}

/// One metric with its labels, in the role of a gauge.
private final class Gauge: MeterHandler {
    let series: Series

    init(series: Series) {
        self.series = series
    }

    func set(_ value: Int64) { series.owner.set(Double(value), series.key) }
    func set(_ value: Double) { series.owner.set(value, series.key) }
    func increment(by amount: Double) { series.owner.move(amount, series.key) }
    func decrement(by amount: Double) { series.owner.move(-amount, series.key) }
}
