import GRDB

/// A SQLite file of another program.
public enum ForeignDatabase {
    public static func create(path: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
    }

    /// Makes a store one of a newer version.
    public static func renew(store path: String) throws {
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: of the future')")
        }
    }
}
