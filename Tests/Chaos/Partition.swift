/// Packets between nodes of a cluster that do not arrive. Neither side is told.
public enum Partition: Sendable, Hashable, CustomStringConvertible {
    /// The node is cut off from both others.
    case node(Int)
    /// The node receives everything, and nothing that it sends arrives.
    case sender(Int)
    /// Two nodes are cut off from each other. Both still reach the third.
    case link(Int, Int)

    /// From which node to which nothing arrives. The nodes are numbered from 1 to 3.
    var lost: [(from: Int, to: Int)] {
        switch self {
        case .node(let node): Self.others(than: node).flatMap { [(node, $0), ($0, node)] }
        case .sender(let node): Self.others(than: node).map { (node, $0) }
        case .link(let one, let other): [(one, other), (other, one)]
        }
    }

    private static func others(than node: Int) -> [Int] { (1...3).filter { $0 != node } }

    public var description: String {
        switch self {
        case .node(let node): "node \(node) is cut off"
        case .sender(let node): "nothing from node \(node) arrives"
        case .link(let one, let other): "nodes \(one) and \(other) are cut off from each other"
        }
    }
}
