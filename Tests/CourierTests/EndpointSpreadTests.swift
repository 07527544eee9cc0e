import Courier
import Testing

@Suite struct `The URL of callbacks` {
    @Test(
        arguments: [
            (2, Array(repeating: "a", count: 12), true), (5, Array(repeating: "a", count: 12), true),
            (1, Array(repeating: "a", count: 12), false), (0, Array(repeating: "a", count: 12), false),
            (2, Array(repeating: "a", count: 11) + ["b"], false), (2, Array(repeating: "a", count: 11), false),
            (2, [], false),
        ] as [(Int, [String], Bool)])
    func `leads to one of several endpoints if there are several, and the same one answers each request`(
        count: Int, names: [String], isOne: Bool
    ) {
        #expect(EndpointSpread(endpointCount: count, names: names).isOneOfSeveral == isOne)
    }
}
