import Foundation
import JSON

/// One operation, and how it is measured.
struct MicroBenchmark {
    let name: String
    /// Repeats the operation that many times.
    private let run: (Int, Stopwatch) async throws -> Void

    private static let runCount = 7
    private static let runNanoseconds: Int64 = 100_000_000
    private static let countedMax = 1_000

    /// Repeats `operation`.
    init(_ name: String, _ operation: @escaping () throws -> Void) {
        self.name = name
        run = { count, watch in
            try watch.measure { for _ in 0..<count { try operation() } }
        }
    }

    /// `run` repeats the operation that many times, and measures what belongs to it with the stopwatch.
    init(_ name: String, run: @escaping (Int, Stopwatch) async throws -> Void) {
        self.name = name
        self.run = run
    }

    /// Measures runs of about a tenth of a second, and prints the median time of an operation, the shortest one, and
    /// the number of allocations. Throws what the operation throws.
    func measure() async throws {
        var count = 1
        var nanoseconds = try await self.nanoseconds(count)
        while nanoseconds < Self.runNanoseconds / 10, count < 1 << 30 {
            count *= 2
            nanoseconds = try await self.nanoseconds(count)
        }
        count = max(1, Int(Double(count) * Double(Self.runNanoseconds) / Double(max(1, nanoseconds))))
        var times: [Double] = []
        for _ in 0..<Self.runCount { times.append(Double(try await self.nanoseconds(count)) / Double(count)) }
        times.sort()
        let counted = min(count, Self.countedMax)
        let watch = Stopwatch(countsAllocations: true)
        try await run(counted, watch)
        let allocations = Double(watch.allocations) / Double(counted)
        let line = JSONValue.object([
            "bench": .string("micro"), "name": .string(name), "ns": .number(Self.rounded(times[times.count / 2])),
            "ns_min": .number(Self.rounded(times[0])), "allocations": .number(Self.rounded(allocations)),
        ])
        FileHandle.standardOutput.write(Data((line.text + "\n").utf8))
    }

    private func nanoseconds(_ count: Int) async throws -> Int64 {
        let watch = Stopwatch(countsAllocations: false)
        try await run(count, watch)
        return watch.nanoseconds
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// Takes a result, so that the compiler can't leave its computation out.
    @inline(never) @_optimize(none)
    static func keep<Value>(_ value: Value) {}
}
