import Logging
import Store
import StoreAccess
import Testing

@Suite struct `A store URL` {
    @Test func `that begins with sqlite opens that file`() async throws {
        let file = TemporaryStoreFile()
        defer { file.remove() }
        let store = try await StoreURL(parsing: file.url).open(logger: Logger(label: "test"))
        #expect(try await store.schedules(changedSince: nil).revision == 0)
    }

    @Test(
        arguments: [
            "", "belfry.sqlite", "sqlite:", "sqlite:folder/", "sqlite::memory:", "postgres://u:secret@host",
            "postgres://u:secret@host:secret/db",
            "mysql://u:secret@host/db",
        ])
    func `of any other form is refused, without its password in the reason`(url: String) throws {
        let error = try #require(#expect(throws: StoreURLError.self) { try StoreURL(parsing: url) })
        #expect(!error.description.isEmpty && !error.description.contains("secret"))
    }
}
