public import JobStore
public import Messaging

extension HandlingError {
    /// A store that does not answer is not the message's fault.
    public init(_ error: StoreError) {
        self = .notNow("\(error)")
    }
}
