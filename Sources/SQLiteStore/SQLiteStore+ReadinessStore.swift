public import Store

extension SQLiteStore: ReadinessStore {
    /// Has the disk take a page beside the database. It takes no lock and waits for none.
    public func checkWritable() async throws(StorageFault) {
        try DiskProbe(path: path).run()
    }
}
