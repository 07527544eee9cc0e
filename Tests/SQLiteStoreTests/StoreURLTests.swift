import Store
import StoreAccess
import Testing

@Suite struct StoreURLTests {
    @Test func `a store URL that begins with sqlite opens that file`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try StoreURL.open("sqlite:\(folder.file)")
        #expect(try await store.jobsRevision() == 0)
    }

    @Test(
        arguments: [
            "", "belfry.sqlite", "sqlite:", "sqlite:folder/", "sqlite::memory:", "postgres://u:secret@host/db",
            "mysql://u:secret@host/db",
        ])
    func `any other store URL is refused with the right form, and without its password`(url: String) throws {
        let error = try #require(#expect(throws: StoreError.self) { try StoreURL.open(url) })
        guard case .unusable(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains("sqlite:"))
        #expect(!reason.contains("secret"))
    }
}
