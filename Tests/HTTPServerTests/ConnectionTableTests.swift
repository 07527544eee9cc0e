import Testing

@testable import HTTPServer

@Suite struct `The table of connections` {
    /// A reference, since an expectation can't change a value.
    private final class Box {
        private var table: ConnectionTable
        var count: Int { table.count }

        init(_ limits: ConnectionLimits) { table = ConnectionTable(limits) }

        func open(_ id: Int) -> [Int] { table.open(id) }
        func receive(_ bytes: Int, of id: Int) -> [Int] { table.receive(bytes, of: id) }
        func wait(_ id: Int) { table.wait(id) }
        func work(_ id: Int) { table.work(id) }
        func release(_ bytes: Int, of id: Int) { table.release(bytes, of: id) }
        func remove(_ id: Int) { table.remove(id) }
    }

    private static func table(connectionsMax: Int = 3, bodyBytesMax: Int = 100) -> Box {
        var limits = ConnectionLimits(connectionsMax: connectionsMax)
        limits.bodyBytesMax = bodyBytesMax
        return Box(limits)
    }

    @Test func `closes the connection that has waited for the longest time when there is one too many`() {
        let table = Self.table()
        for id in 1...3 { #expect(table.open(id).isEmpty) }
        #expect(table.open(4) == [1])
        table.wait(2)
        #expect(table.open(5) == [3])
        #expect(table.open(6) == [4])
        #expect(table.open(7) == [2])
        #expect(table.count == 3)
    }

    @Test func `closes no connection with a request at work`() {
        let table = Self.table()
        for id in 1...3 { _ = table.open(id) }
        table.work(1)
        table.work(2)
        #expect(table.open(4) == [3])
        table.work(4)
        #expect(table.open(5) == [5], "the new one is the only one that waits")
        table.wait(1)
        #expect(table.open(6) == [1])
    }

    @Test func `makes room for bodies by closing the longest waiting connection that holds a part of one`() {
        let table = Self.table()
        for id in 1...3 { _ = table.open(id) }
        #expect(table.receive(60, of: 2).isEmpty && table.receive(30, of: 3).isEmpty)
        #expect(table.receive(20, of: 3) == [2])
        #expect(table.receive(50, of: 1).isEmpty)
    }

    @Test func `refuses a body that finds no room because all others are at work`() {
        let table = Self.table()
        for id in 1...2 { _ = table.open(id) }
        #expect(table.receive(90, of: 1).isEmpty)
        table.work(1)
        #expect(table.receive(20, of: 2) == [2])
        table.release(90, of: 1)
        _ = table.open(3)
        #expect(table.receive(90, of: 3).isEmpty)
    }

    @Test func `gives back the room of a connection that is closed`() {
        let table = Self.table()
        _ = table.open(1)
        #expect(table.receive(90, of: 1).isEmpty)
        table.remove(1)
        table.remove(1)
        _ = table.open(2)
        #expect(table.receive(100, of: 2).isEmpty && table.count == 1)
        #expect(table.receive(1, of: 1).isEmpty, "it is unknown")
    }

    @Test func `keeps its bounds whatever comes in whatever order`() {
        for seed in 1...50 as ClosedRange<UInt64> {
            let table = Self.table(connectionsMax: 8, bodyBytesMax: 1_000)
            var state = seed &* 0x9E37_79B9_7F4A_7C15
            func random(_ bound: UInt64) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return Int((state >> 33) % bound)
            }
            var open: [Int: Int] = [:]
            func close(_ ids: [Int]) {
                for id in ids {
                    #expect(open[id] != nil, "only an open connection is closed")
                    open[id] = nil
                }
            }
            for id in 1...2_000 {
                let known = Array(open.keys).sorted()
                let some = known.isEmpty ? 0 : known[random(UInt64(known.count))]
                switch random(6) {
                case 0, 1:
                    open[id] = 0
                    close(table.open(id))
                case 2: table.wait(some)
                case 3: table.work(some)
                case 4:
                    let bytes = random(400)
                    open[some]? += bytes
                    close(table.receive(bytes, of: some))
                default:
                    table.release(open[some] ?? 0, of: some)
                    if open[some] != nil { open[some] = 0 }
                    if random(3) == 0 {
                        table.remove(some)
                        open[some] = nil
                    }
                }
                #expect(table.count == open.count && open.count <= 8)
                #expect(open.values.reduce(0, +) <= 1_000)
            }
        }
    }
}
