internal import GRDB
internal import Store

extension StoreError {
    /// What to do about an error that came out of SQLite: wait, or stop.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error, path: path)
        case is CancellationError: self = .unavailable("\(path): the call was cancelled")
        default: self = .unusable("\(path) holds something that can't be read: \(error)")
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let detail = "\(path): \(error.message ?? "\(error.resultCode)") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL, .SQLITE_SCHEMA:
            self = .unavailable("\(detail); another process holds it, try again.")
        case .SQLITE_FULL:
            self = .unavailable("\(detail); make room on that disk.")
        case .SQLITE_IOERR, .SQLITE_NOMEM:
            self = .unavailable("\(detail); check the disk and the memory.")
        case .SQLITE_CANTOPEN:
            self = .unavailable("\(detail); check that its folder exists and is writable.")
        case .SQLITE_ABORT, .SQLITE_INTERRUPT:
            self = .unavailable("\(detail); the call was cut short.")
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            self = .unusable("\(detail); make the file and its folder writable for this user, then start again.")
        case .SQLITE_CORRUPT:
            self = .unusable("\(detail); the file is damaged, restore it from a backup.")
        case .SQLITE_NOTADB:
            self = .unusable("\(detail); give the path of a Belfry store.")
        default:
            self = .unusable(detail)
        }
    }
}
