import CoreMetrics
import Observability
import Testing

/// Prometheus text, exposition format 0.0.4.
@Suite struct `Metrics in the Prometheus text format` {
    private let metrics = PrometheusMetrics()

    private func counter(_ label: String, _ dimensions: [(String, String)] = []) -> any CounterHandler {
        metrics.makeCounter(label: label, dimensions: dimensions)
    }

    private var lines: [String] { metrics.text().split(separator: "\n").map(String.init) }

    @Test func `a counter is shown from zero on, so that a rate can be computed`() {
        let counter = counter("belfry_runs_total")
        #expect(metrics.text() == "# TYPE belfry_runs_total counter\nbelfry_runs_total 0.0\n")
        counter.increment(by: 2)
        counter.increment(by: 3)
        #expect(lines == ["# TYPE belfry_runs_total counter", "belfry_runs_total 5.0"])
    }

    @Test func `the type of a metric is named once, and each set of labels has its own line`() {
        counter("belfry_b_total", [("queue", "x"), ("outcome", "good")]).increment(by: 1)
        counter("belfry_b_total", [("queue", "a")]).increment(by: 7)
        counter("belfry_a_total").increment(by: 1)
        #expect(
            lines == [
                "# TYPE belfry_a_total counter", "belfry_a_total 1.0", "# TYPE belfry_b_total counter",
                #"belfry_b_total{queue="a"} 7.0"#, #"belfry_b_total{queue="x",outcome="good"} 1.0"#,
            ])
    }

    @Test func `two counters with the same name and labels add up`() {
        counter("belfry_a_total", [("q", "x")]).increment(by: 1)
        counter("belfry_a_total", [("q", "x")]).increment(by: 1)
        #expect(lines.last == #"belfry_a_total{q="x"} 2.0"#)
    }

    @Test func `the value of a label is escaped and cannot forge another metric`() {
        counter("belfry_a_total", [("error", "a \"b\" \\ c\nbelfry_forged 1")]).increment(by: 1)
        #expect(lines.last == #"belfry_a_total{error="a \"b\" \\ c\nbelfry_forged 1"} 1.0"#)
        #expect(lines.count == 2)
    }

    @Test func `a gauge shows its latest value`() {
        let gauge = metrics.makeMeter(label: "belfry_connected", dimensions: [])
        gauge.set(Int64(4))
        gauge.increment(by: 2)
        gauge.decrement(by: 1)
        #expect(lines == ["# TYPE belfry_connected gauge", "belfry_connected 5.0"])
    }

    @Test func `a histogram shows cumulative buckets`() {
        let recorder = metrics.makeRecorder(label: "belfry_ms", dimensions: [("queue", "x")], aggregate: true)
        for value in [1, 2, 2, 40, 1_000_000] as [Int64] { recorder.record(value) }
        #expect(lines.first == "# TYPE belfry_ms histogram")
        #expect(lines.contains(#"belfry_ms_bucket{queue="x",le="1"} 1"#))
        #expect(lines.contains(#"belfry_ms_bucket{queue="x",le="2"} 3"#))
        #expect(lines.contains(#"belfry_ms_bucket{queue="x",le="25"} 3"#))
        #expect(lines.contains(#"belfry_ms_bucket{queue="x",le="50"} 4"#))
        #expect(lines.contains(#"belfry_ms_bucket{queue="x",le="300000"} 4"#))
        #expect(lines.contains(#"belfry_ms_bucket{queue="x",le="+Inf"} 5"#))
        #expect(lines.suffix(2) == [#"belfry_ms_sum{queue="x"} 1000045.0"#, #"belfry_ms_count{queue="x"} 5"#])
    }

    @Test func `a timer shows milliseconds`() {
        metrics.makeTimer(label: "belfry_wait_ms", dimensions: []).recordNanoseconds(7_000_000)
        #expect(lines.contains(#"belfry_wait_ms_bucket{le="5"} 0"#))
        #expect(lines.contains(#"belfry_wait_ms_bucket{le="10"} 1"#))
        #expect(lines.suffix(2) == ["belfry_wait_ms_sum 7.0", "belfry_wait_ms_count 1"])
    }
}
