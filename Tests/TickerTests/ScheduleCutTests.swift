import Determinism
import JobCore
import Store
import Testing

@testable import Ticker

/// Guarantee: the due events of a schedule reach every job once, also a job that was put since they were cut.
@Suite struct `The ranges of a schedule` {
    private typealias Jobs = DistinctSchedule.ServiceJobs

    private static func parts(_ services: [Jobs], large: Set<String> = []) -> [ScheduleCut.Part] {
        ScheduleCut(services, isLarge: large.contains).parts
    }

    /// Where the ranges after the first begin.
    private static func bounds(_ services: [Jobs], large: Set<String> = []) -> [JobRange.Key?] {
        parts(services, large: large).dropFirst().map(\.range.from)
    }

    private static func start(_ service: String, _ slot: Int = 0) -> JobRange.Key {
        JobRange.Key(service: service, slot: slot)
    }

    @Test func `are one range for the jobs of small services, up to 500 of them`() {
        #expect(Self.parts([.init("a", 200), .init("b", 300)]).map(\.range) == [.all])
        #expect(Self.bounds([.init("a", 200), .init("b", 301), .init("c", 199)]) == [Self.start("b")])
        #expect(Self.parts([]).map(\.range) == [.all])
    }

    @Test func `are a large service's own, of about 500 jobs each`() {
        let services = [Jobs("a", 1), .init("b", 1_600), .init("c", 1), .init("d", 1)]
        let parts = Self.parts(services, large: ["b"])
        let cuts = [0, 16_384, 32_768, 49_152].map { Self.start("b", $0) } + [Self.start("c")]
        #expect(parts.dropFirst().map(\.range.from) == cuts)
        #expect(parts.map(\.owner) == [nil, "b", "b", "b", "b", nil])
        #expect(parts.map(\.jobCount) == [1, 400, 400, 400, 400, 2])
        #expect(Self.bounds([.init("a", 1), .init("b", 1)], large: ["b"]) == [Self.start("b")], "large elsewhere")
    }

    @Test func `begin with no name that dispatchers refuse`() {
        for name in ["", "ä b", "x/y"] {
            #expect(Self.parts([.init(name, 900), .init("z", 1)], large: [name]).count == 2)
            #expect(Self.bounds([.init("a", 900), .init(name, 900)], large: ["a", name]).count == 1)
        }
    }

    private static let alphabet = ["-", ".", "0", "9", "A", "Z", "_", "a", "b", "z"]

    @Test(arguments: UInt64(1)...200) func `hold every job once, whatever the services and their counts are`(
        seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        func name() -> String {
            var name = ""
            repeat {
                name = (0..<Int.random(in: 1...4, using: &random))
                    .map { _ in Self.alphabet.randomElement(using: &random) ?? "a" }.joined()
            } while JobName.fault(in: name) != nil
            return name
        }
        let names = Set((0..<Int.random(in: 1...40, using: &random)).map { _ in name() })
        let services = names.sorted().map { Jobs($0, Int.random(in: 1...1_300, using: &random)) }
        let large = Set(services.filter { $0.count > 500 || Int.random(in: 0...9, using: &random) == 0 }.map(\.service))
        let parts = Self.parts(services, large: large)

        #expect(parts.first?.range.from == nil && parts.last?.range.to == nil)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.range.to == $1.range.from && $0.range.to != nil })
        let bounds = parts.compactMap(\.range.from)
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
        for service in names.union((0..<20).map { _ in name() }) {
            for number in 0..<20 {
                let job = JobName(service: service, job: "job-\(number)")
                let holders = parts.filter { $0.range.contains(job) }
                #expect(holders.count == 1, "\(job)")
                guard names.contains(service) else { continue }
                #expect(holders.first?.owner == (large.contains(service) ? service : nil))
            }
        }
        #expect(parts.allSatisfy { $0.jobCount <= 500 })
    }
}
