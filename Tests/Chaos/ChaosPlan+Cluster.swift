import Determinism

extension ChaosPlan {
    /// Plans the loss of one node of a cluster, which is started again.
    public static func loss(ofNode node: Int) -> ChaosPlan {
        var plan = ChaosPlan(seed: 0, seconds: 12, kinds: [])
        plan.outages = [Step(beginMilliseconds: 3_000, durationMilliseconds: 5_000, fault: .killNode(node))]
        return plan
    }

    /// Plans that the store's server is lost, and later the standby that took its place.
    public static func lossOfStores() -> ChaosPlan {
        var plan = ChaosPlan(seed: 0, seconds: 30, kinds: [])
        plan.outages = [3_000, 16_000].map {
            Step(beginMilliseconds: $0, durationMilliseconds: 3_000, fault: .failOverStore)
        }
        return plan
    }

    /// A node that is silent is lost after 10 to 12.5 s, so some silences end before that.
    static func clusterOutages(_ random: inout SplitMix64) -> [(Fault, ClosedRange<Int>)] {
        let node = { (random: inout SplitMix64) in random.int(1...3) }
        let sender = node(&random)
        let partial = [Partition.sender(sender), .link(sender, sender % 3 + 1)].randomElement(using: &random)
        return [
            (.killNode(node(&random)), 1_000...8_000), (.restartNode(node(&random)), 1_000...2_000),
            (.freezeNode(node(&random)), 4_000...18_000), (.partition(.node(node(&random))), 5_000...24_000),
            (.partition(partial ?? .sender(sender)), 5_000...24_000),
        ]
    }
}
