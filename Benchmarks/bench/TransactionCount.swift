import Foundation
import PostgreSQL

/// Counts the transactions that all processes together have committed to the store.
///
/// SQLite keeps that number in the header of the WAL index, the file that ends in `-shm`: bytes 8 to 11, in the order
/// of the machine ("WAL-Index Header" in https://sqlite.org/walformat.html). To read them takes no lock, and costs
/// the stages nothing. PostgreSQL counts those that only read, too, and tells of each about a second later.
struct TransactionCount {
    let installation: Installation

    /// Throws if there is no such file, because no process has the store open.
    func read() async throws -> UInt32 {
        guard let path = installation.storePath else { return try await readServer() }
        guard let file = FileHandle(forReadingAtPath: "\(path)-shm"), let data = try file.read(upToCount: 12),
            data.count == 12
        else { throw Failure("\(path)-shm cannot be read") }
        return data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self) }
    }

    private func readServer() async throws -> UInt32 {
        let options = try PostgresOptions(parsing: installation.storeURL, name: "bench")
        return try await PostgresPool(options, connectionsMax: 1).run(.single) { database in
            let row = try database.rows(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")[0]
            return UInt32(truncatingIfNeeded: try row.value(0, as: Int64.self))
        }
    }
}
