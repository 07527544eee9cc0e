import Commands
import JSON

/// Reads the API's pages of dead letters, one at a time.
struct DeadPages {
    var client: APIClient
    var path: String
    var conditions: LetterConditions

    /// As many letters as the API gives in a page.
    static let pageLimit = 1_000
    /// How often the API may give the same place: a page may end early.
    private static let visitsMax = 3

    /// Calls `take` with the letters of each page, until it returns 0 instead of the number of letters of the next
    /// page. Returns the place behind the last page, or nil at the end. Throws ``Refused``.
    @discardableResult
    func forEach(limit: Int, _ take: ([JSONValue]) async throws -> Int) async throws -> String? {
        var (more, visits, limit) = (String?.none, [String: Int](), min(limit, Self.pageLimit))
        repeat {
            let page = try await client.done("GET", request(limit: limit, more: more))
            guard let letters = page["results"]?.array, letters.allSatisfy({ $0.isObject }) else {
                throw Refused("the admin API's answer is no page of dead letters")
            }
            more = page["paging"]?["more"]?.string
            if let more {
                visits[more, default: 0] += 1
                guard visits[more, default: 0] <= Self.visitsMax else {
                    throw Refused("the admin API leads to the same page of dead letters again and again")
                }
            }
            limit = try await take(letters)
        } while more != nil && limit > 0
        return more
    }

    private func request(limit: Int, more: String?) -> String {
        var parameters = conditions.parameters.map { ($0.name, $0.value) }
        parameters.append(("limit", "\(limit)"))
        if let more { parameters.append(("more", more)) }
        return "\(path)?" + parameters.map { "\($0)=\(APIClient.segment($1))" }.joined(separator: "&")
    }
}
