import GRDB

/// A SQLite file of another program.
public enum ForeignDatabase {
    public static func create(path: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
    }
}
