import PostgreSQL
public import Store

extension PostgresStore: ReadinessStore {
    /// Asks the server whether it takes writes. It takes no lock and waits for none.
    public func checkWritable() async throws(StorageFault) {
        do {
            let isReadOnly = try await pool.run(.single) { database in
                try database.rows("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")[0]
                    .value(0, as: Bool.self)
            }
            if isReadOnly { throw StorageFault(.readOnly, detail: place) }
        } catch let fault as StorageFault {
            throw fault
        } catch {
            throw StorageFault(.unreachable, detail: "\(place): \(error)")
        }
    }
}
