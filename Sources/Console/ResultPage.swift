/// One page of a list.
struct ResultPage<Item: Encodable>: Encodable {
    var results: [Item]
    /// Leads to the next page; nil on the last one.
    var more: String?

    private enum CodingKeys: String, CodingKey { case count, results, paging }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(results.count, forKey: .count)
        try container.encode(results, forKey: .results)
        try container.encode(Paging(more: more), forKey: .paging)
    }
}
