import PostgreSQL
import Store

extension StoreError {
    /// Sorts an error of PostgreSQL or of a row's reading by the reaction it asks for.
    ///
    /// An error that may pass, or that would meet every call alike, is `unavailable`: no message is at fault, so all of
    /// them wait. An error of the values of this one call is `unusable`. So is what a person must change before a
    /// daemon can begin (`isOpening`): a password, the name of a database.
    init(_ error: any Error, place: String, isOpening: Bool = false) {
        switch error {
        case let error as StoreError: self = error
        case let error as PostgresError: self.init(error, place: place, isOpening: isOpening)
        case is CancellationError: self = .unavailable("the call to \(place) was cancelled")
        default: self = .unusable("\(place): \(error)")
        }
    }

    private init(_ error: PostgresError, place: String, isOpening: Bool) {
        guard let state = error.state else {
            self = .unavailable("\(place) can't be reached: \(error)")
            return
        }
        switch state.prefix(2) {
        case "22", "23", "54": self = .unusable("\(place) refuses a value: \(error)")
        case "53": self = .unavailable("\(place) has no room: \(error)")
        case "40", "55": self = .unavailable("another transaction is in the way in \(place): \(error)")
        case "28", "3D":
            let reason = "\(place) refuses the login: \(error); check the user, the password and the database"
            self = isOpening ? .unusable(reason) : .unavailable(reason)
        default:
            let reason = "\(place) can't be used: \(error)"
            let mayPass = ["08", "57", "25"].contains(state.prefix(2))
            self = isOpening && !mayPass ? .unusable(reason) : .unavailable(reason)
        }
    }
}
