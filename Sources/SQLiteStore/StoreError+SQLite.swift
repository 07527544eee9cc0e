import GRDB
import Store

extension StoreError {
    /// Sorts an error of SQLite or of a row's reading by the reaction it asks for.
    ///
    /// An error that may pass, or that would meet every call alike, is `unavailable`: no message is at fault, so all of
    /// them wait. An error of the values of this one call is `unusable`. So is a file that is no store of ours while it
    /// is opened (`isOpening`); in an open store that is damaged, work waits for the backup instead: otherwise every
    /// message would become a dead letter. The text names the file and says what a person can do.
    init(_ error: any Error, path: String, isOpening: Bool = false) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error, path: path, isOpening: isOpening)
        case is CancellationError: self = .unavailable("the call to \(path) was cancelled")
        default: self = .unusable("\(path): \(error)")
        }
    }

    private init(_ error: DatabaseError, path: String, isOpening: Bool) {
        let detail = "(SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "\(error.resultCode)"))"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self = .unavailable("\(path) is locked by another program \(detail)")
        case .SQLITE_SCHEMA:
            self = .unavailable("another program changed the tables of \(path) at this moment \(detail)")
        case .SQLITE_FULL:
            self = .unavailable("the disk of \(path) is full \(detail): free some space")
        case .SQLITE_IOERR:
            self = .unavailable("\(path) can't be read or written \(detail): check the disk")
        case .SQLITE_NOMEM:
            self = .unavailable("there is not enough memory to use \(path) \(detail)")
        case .SQLITE_CANTOPEN:
            self = .unavailable("\(path) can't be opened \(detail): check that its folder exists and is writable")
        case .SQLITE_PERM, .SQLITE_READONLY:
            self = .unavailable("\(path) can't be written \(detail): make it and its folder writable for this user")
        case .SQLITE_ABORT, .SQLITE_INTERRUPT:
            self = .unavailable("the call to \(path) was cancelled \(detail)")
        case .SQLITE_CORRUPT:
            self = Self.damage("\(path) is damaged \(detail): restore it from a backup", isOpening)
        case .SQLITE_NOTADB:
            self = Self.damage("\(path) is not a Belfry store: it is not a SQLite file \(detail)", isOpening)
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG:
            self = .unusable("\(path) refuses a value \(detail)")
        default:
            self = Self.damage("\(path) can't be used \(detail)", isOpening)
        }
    }

    private static func damage(_ reason: String, _ isOpening: Bool) -> StoreError {
        isOpening ? .unusable(reason) : .unavailable(reason)
    }
}
