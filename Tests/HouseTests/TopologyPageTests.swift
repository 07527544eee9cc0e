import Messaging
import Testing

@Suite struct `The topology's page` {
    @Test func `describes only queues that the topology has`() throws {
        let known = Set(Topology(prefix: "belfry").queues.map(\.name))
        let row = #/\| `((?:dispatcher|courier|ingester|ticker)\.[a-z]+(?:\.[0-9])?)` \|/#
        let named = SourceTree.text("topology/README.md").matches(of: row).map { "belfry.\($0.1)" }
        #expect(Set(named).count >= 5)
        expectNone(named.filter { !known.contains($0) })
    }
}
