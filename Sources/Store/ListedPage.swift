/// One page of a list.
public struct ListedPage<Item: Sendable & Equatable>: Sendable, Equatable {
    public var items: [Item]
    /// Whether more come after the last one of this page.
    public var hasMore: Bool

    public init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }
}
