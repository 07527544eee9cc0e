import Testing

@testable import Dispatcher

/// Guarantee: what a service has due beyond its share stands before no other service's deliveries.
@Suite struct `A service's share of the deliveries` {
    /// Requests a number of deliveries at an instant, and returns how many of them are ordinary.
    private func ordinary(_ count: Int, of service: String = "a", at milliseconds: Int64, _ share: ServiceShare) -> Int
    {
        (0..<count).count { _ in !share.isBulk(of: service, nowMilliseconds: milliseconds) }
    }

    /// Each row: deliveries at instants, and how many of them are ordinary.
    @Test(
        arguments: [
            [(0, 500, 500)], [(0, 501, 500)], [(0, 100_000, 500)],
            // 100 a second become ordinary, and never more than the burst.
            [(0, 600, 500), (9, 1, 0), (10, 1, 1), (20, 2, 1), (1_020, 200, 100)],
            [(0, 600, 500), (5_000, 600, 500)], [(0, 600, 500), (1_000_000, 600, 500)],
            // A steady 100 a second is never bulk.
            (0..<30).map { (Int64($0) * 1_000, 100, 100) },
            // A clock that is set back gives nothing and takes nothing.
            [(9_000, 500, 500), (0, 1, 0), (10, 1, 1)],
        ] as [[(Int64, Int, Int)]])
    func `a burst of a service is ordinary, and then a number of deliveries a second`(steps: [(Int64, Int, Int)]) {
        let share = ServiceShare()
        for (milliseconds, count, expected) in steps {
            #expect(ordinary(count, at: milliseconds, share) == expected, "at \(milliseconds) ms")
        }
    }

    @Test func `a service that exceeds its share takes nothing of another service's`() {
        let share = ServiceShare()
        _ = ordinary(10_000, of: "a", at: 0, share)
        #expect(ordinary(500, of: "b", at: 0, share) == 500)
    }

    @Test func `services that have their whole share again are forgotten`() {
        let share = ServiceShare()
        for service in 0..<100_000 {
            _ = share.isBulk(of: "s\(service)", nowMilliseconds: Int64(service))
        }
        #expect(share.serviceCount <= 1_000)
        _ = ordinary(600, of: "busy", at: 100_000, share)
        for service in 0..<3_000 { _ = share.isBulk(of: "t\(service)", nowMilliseconds: 101_000 + Int64(service)) }
        #expect(ordinary(500, of: "busy", at: 104_000, share) == 400, "a busy service is remembered")
    }
}
