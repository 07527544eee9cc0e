import Foundation
import JSON

/// Reads a list of the API page by page.
struct ListPages {
    var client: APIClient
    var path: String
    var parameters: [(name: String, value: String)]

    /// A list of the API leads on, page by page, to its end. One that leads back would never end.
    private static let pagesMax = 1_000_000
    /// The most values of a page, of every list but that of executions.
    private static let limitMax = 1_000

    /// Returns the first values, as many as `limit` says, in the form of a page. Throws ``Refused``.
    ///
    /// A page of the API may have fewer values than asked for, or none, and lead on all the same.
    func first(limit: Int) async throws -> JSONValue {
        var values: [JSONValue] = []
        var more: String?
        for _ in 0..<Self.pagesMax {
            let page = try await page(limit: limit - values.count, more: more)
            values += page["results"]?.array ?? []
            let next = page["paging"]?["more"]?.string
            if next == nil || values.count >= limit { return Self.answer(values, more: next) }
            guard next != more else { break }
            more = next
        }
        throw againAndAgain
    }

    /// Returns all values. Throws ``Refused``.
    func all() async throws -> [JSONValue] {
        var values: [JSONValue] = []
        try await forEach(limit: Self.limitMax) { values += $0 }
        return values
    }

    /// Values in the form that the API gives a list.
    static func answer(_ values: [JSONValue], more: String? = nil) -> JSONValue {
        .object([
            "count": .integer(Int64(values.count)), "results": .array(values),
            "paging": .object(["more": more.map(JSONValue.string) ?? .null]),
        ])
    }

    /// Calls `take` with the values of each page. Throws ``Refused``.
    func forEach(limit: Int?, _ take: ([JSONValue]) -> Void) async throws {
        var more: String?
        for _ in 0..<Self.pagesMax {
            let page = try await page(limit: limit, more: more)
            take(page["results"]?.array ?? [])
            let next = page["paging"]?["more"]?.string
            guard let next else { return }
            guard next != more else { break }
            more = next
        }
        throw againAndAgain
    }

    private var againAndAgain: Refused {
        Refused("the admin API leads to the same page of \(path) again and again")
    }

    private func page(limit: Int?, more: String?) async throws -> JSONValue {
        var query = parameters
        if let limit { query.append(("limit", "\(limit)")) }
        if let more { query.append(("more", more)) }
        let text = query.map { "\($0.name)=\(APIClient.segment($0.value))" }.joined(separator: "&")
        return try await client.done("GET", text.isEmpty ? path : "\(path)?\(text)")
    }
}
