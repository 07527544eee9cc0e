import Messaging
import Testing

/// Guarantee: topology/README.md has the topology's queues, their owners and their rights, and no others.
@Suite struct `The topology's page` {
    private static let topology = Topology(prefix: "belfry")
    private static let workQueues = WorkQueue.allCases.map(\.rawValue)

    /// The rows of the table below a heading, each as its cells.
    private static func rows(below heading: String) -> [[String]] {
        let lines = SourceTree.text("topology/README.md").split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0 == "## \(heading)" }) else { return [] }
        return lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| ") }.dropFirst().map {
            $0.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingPrefix(" ").description
            }
        }
    }

    /// The names in a cell. `N` stands for the four lines; a name that begins with a dot has the beginning of the one
    /// before it.
    private static func names(in cell: String) -> [String] {
        var names: [String] = []
        for name in cell.matches(of: /`([a-z_.#<>N0-9-]+)`/).map({ String($0.1) }) {
            guard name.hasPrefix("."), let before = names.last else {
                names.append(name)
                continue
            }
            names.append(before.split(separator: ".").dropLast().joined(separator: ".") + name)
        }
        return names.flatMap { name in
            name.hasSuffix(".N") ? (0...3).map { "\(name.dropLast(2)).\($0)" } : [name]
        }
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        (try? Regex(pattern).firstMatch(in: text)) ?? nil != nil
    }

    private static let stages = topology.users.filter { $0.name != "belfry-operator" }

    @Test func `counts what the topology has`() throws {
        let text = SourceTree.text("topology/README.md")
        let counts = try #require(
            text.firstMatch(
                of: /: ([0-9]+) exchanges, ([0-9]+) queues, their bindings and policies,\sand ([0-9]+) users/))
        #expect(Int(counts.1) == Self.topology.exchanges.count)
        #expect(Int(counts.2) == Self.topology.queues.count)
        #expect(Int(counts.3) == Self.topology.users.count)
    }

    @Test func `has a row for each work queue, with its owner and its routing keys`() {
        let rows = Self.rows(below: "Work queues")
        var described: [String] = []
        for row in rows {
            let queues = Self.names(in: row[0])
            described += queues
            let keys = Set(Self.names(in: row[2]))
            let bound = Self.topology.bindings.filter { binding in queues.contains { binding.queue == "belfry.\($0)" } }
            #expect(Set(bound.map(\.routingKey)) == keys, "\(queues)")
            for queue in queues {
                let readers = Self.stages.filter { Self.matches($0.read, "belfry.\(queue)") }.map(\.name)
                #expect(readers == ["belfry-\(row[1].trimmingSuffix)"], "\(queue)")
            }
            #expect(row.count == 7 && row.allSatisfy { !$0.trimmingSuffix.isEmpty }, "\(queues)")
        }
        #expect(described.sorted() == Self.workQueues.sorted())
    }

    @Test func `says of the dead letters of each queue what they mean and what to do`() {
        let rows = Self.rows(below: "Dead letters").filter { $0.count == 3 }
        let described = rows.flatMap { Self.names(in: $0[0]) }
        let dead = WorkQueue.allCases.filter(\.hasDeadLetters).map(\.rawValue)
        #expect(described.sorted() == dead.sorted())
        #expect(rows.allSatisfy { $0[1].count > 10 && $0[2].count > 4 })
    }

    @Test func `describes each queue of the ladder, and leaves no queue out`() throws {
        let text = SourceTree.text("topology/README.md")
        let ladder = try #require(text.firstRange(of: "## The retry ladder\n"))
        let first = try #require(text[ladder.upperBound...].split(separator: "have no").first)
        let steps = Self.names(in: String(first)).map { $0.replacing("belfry.courier.retry.", with: "courier.retry.") }
        let all = Set(
            Self.workQueues + WorkQueue.allCases.filter(\.hasDeadLetters).map { "\($0.rawValue).dead" } + steps)
        #expect(Set(Self.topology.queues.map { String($0.name.dropFirst("belfry.".count)) }) == all)
    }

    @Test func `has a row for each user, with the queues that it consumes and the keys that it publishes`() {
        let rows = Self.rows(below: "Users")
        #expect(rows.map { Self.names(in: $0[0]) }.flatMap(\.self).sorted() == Self.topology.users.map(\.name).sorted())
        for user in Self.stages {
            guard let row = rows.first(where: { Self.names(in: $0[0]) == [user.name] }) else { continue }
            let read = Self.workQueues.filter { Self.matches(user.read, "belfry.\($0)") }
            #expect(Self.names(in: row[2]).sorted() == read.sorted(), "\(user.name)")
            // deadletterd may publish into every queue that has dead letters, which its row says in words.
            guard user.name != "belfry-deadletterd" else { continue }
            let keys = Set(Self.topology.bindings.filter { $0.exchange == "belfry" }.map(\.routingKey))
            let may = keys.filter { Self.matches(user.topicWrite["belfry"] ?? "^$", $0) }
            let toPipeline = row[3].split(separator: ";").first.map(String.init) ?? ""
            let isNothing = toPipeline.contains("nothing")
            #expect(Set(isNothing ? [] : Self.names(in: toPipeline)) == may, "\(user.name)")
        }
    }

    @Test func `explains every code of a fault`() {
        let codes = Self.rows(below: "Check and repair").flatMap { Self.names(in: $0[0]) }
        #expect(codes.sorted() == TopologyFault.Code.allCases.map(\.rawValue).sorted())
    }
}

extension String {
    fileprivate var trimmingSuffix: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
