import Store
import StoreAccess
import Testing

@Suite struct StoreURLTests {
    @Test func `a store URL that begins with sqlite opens that file`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try StoreURL(parsing: "sqlite:\(folder.file)").open()
        #expect(try await store.jobsRevision() == 0)
    }

    @Test(
        arguments: [
            "", "belfry.sqlite", "sqlite:", "sqlite:folder/", "sqlite::memory:", "postgres://u:secret@host/db",
            "mysql://u:secret@host/db",
        ])
    func `any other store URL is refused, without its password in the reason`(url: String) throws {
        let error = try #require(#expect(throws: StoreURLError.self) { try StoreURL(parsing: url) })
        #expect(!error.description.isEmpty && !error.description.contains("secret"))
    }
}
