import JobCore
import Store
import Testing

@testable import SQLiteStore

@Suite struct StoreHealthTests {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let author = ChangeAuthor(name: "test")

    @Test func `the sealed secrets that are valid are read, and a missing store is not created`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let backup = StoreBackup(path: folder.path + "/store.sqlite")
        #expect(!backup.isThere)
        #expect(throws: StoreError.self) { try backup.sealedSecrets(at: Self.now) }
        #expect(!backup.isThere && backup.writeFault?.contains("store.sqlite can't be written") == true)

        let store = try SQLiteStore(path: folder.path + "/store.sqlite", logger: folder.logger)
        for text in ["old", "new"] {
            _ = try await store.rotateSecret(
                of: "billing", to: text, overlapSeconds: 60, by: Self.author, now: Self.now)
        }
        #expect(backup.isThere && backup.writeFault == nil)
        #expect(try backup.sealedSecrets(at: Self.now).map(\.sealed) == ["old", "new"])
        let later = try backup.sealedSecrets(at: Self.now.adding(seconds: 60))
        #expect(later.map(\.service) == ["billing"] && later.map(\.sealed) == ["new"])
    }
}
