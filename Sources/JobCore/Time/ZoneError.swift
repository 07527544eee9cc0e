/// Why a time zone can't be used.
enum ZoneError: Error, Equatable {
    /// No time zone has this name.
    case unknown
    /// There is no folder of time zones, or it can't be read.
    case noFolder
    /// The zone has a file, whose content can't be used for this reason.
    case unusable(String)
    /// The zone's file can't be read now, for a reason of the system such as too many open files.
    case unreadable(String)

    /// Whether the same file may be usable later.
    var isTemporary: Bool {
        switch self {
        case .noFolder, .unreadable: true
        case .unknown, .unusable: false
        }
    }
}

extension ZoneError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknown: "there is no file of this name"
        case .noFolder: "the folder can't be read"
        case .unusable(let reason), .unreadable(let reason): reason
        }
    }
}
