/// Why there are no credentials. The texts are for the operator's log: they name paths and hosts of this machine.
public enum AWSCredentialsError: Error, Sendable, Equatable {
    /// None are set up, or what is set up is wrong or not supported. Further tries end in the same way until somebody
    /// changes the setup: the shared files are read anew for each, the variables when the program starts.
    case missing(String)
    /// The place that has them can't be reached now.
    case unavailable(String)
}

extension AWSCredentialsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let text), .unavailable(let text): text
        }
    }
}
