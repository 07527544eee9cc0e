import Foundation

/// Counts the transactions that all processes together have committed to the store.
///
/// SQLite keeps that number in the header of the WAL index, the file that ends in `-shm`: bytes 8 to 11, in the order
/// of the machine ("WAL-Index Header" in https://sqlite.org/walformat.html). To read them takes no lock, and costs
/// the stages nothing.
struct TransactionCount {
    let storePath: String

    /// Throws if there is no such file, because no process has the store open.
    func read() throws -> UInt32 {
        guard let file = FileHandle(forReadingAtPath: "\(storePath)-shm"), let data = try file.read(upToCount: 12),
            data.count == 12
        else { throw Failure("\(storePath)-shm cannot be read") }
        return data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self) }
    }
}
