import JSON

/// A list of the API as a table: the columns with the fields that they show.
struct ListedColumns {
    private let columns: [(header: String, field: String)]

    init(_ columns: [(header: String, field: String)]) {
        self.columns = columns
    }

    /// Prints all values of a list of the API, or those of a service. Throws ``Refused``.
    func show(_ path: String, of service: String?, _ client: APIClient, json: Bool) async throws {
        let parameters = service.map { [(name: "service_name", value: $0)] } ?? []
        let values = try await ListPages(client: client, path: path, parameters: parameters).all()
        guard !json else { return Output.line(ListPages.answer(values).text) }
        let rows = values.map { value in columns.map { value[$0.field]?.cell ?? "-" } }
        Output.table(columns.map(\.header), rows)
    }
}
