/// Why a time zone can't be used.
enum ZoneError: Error, Equatable {
    /// No time zone has this name.
    case unknown
    /// There is no folder of time zones, or it can't be read.
    case noFolder
    /// The zone has a file, which can't be used for this reason.
    case unusable(String)
}

extension ZoneError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknown: "there is no file of this name"
        case .noFolder: "the folder can't be read"
        case .unusable(let reason): reason
        }
    }
}
