/// An error in a broker's URL. The description goes after “the URL”: “has no host”.
public struct BrokerURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
