import GRDB

/// A SQLite file of another program.
public enum ForeignDatabase {
    /// A connection that waits for the programs that write at the moment.
    static var waiting: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        return configuration
    }

    public static func create(path: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
    }

    /// Makes a store one of a newer version.
    public static func renew(store path: String) throws {
        try DatabaseQueue(path: path, configuration: waiting).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: of the future')")
        }
    }
}
