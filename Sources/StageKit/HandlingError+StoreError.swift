public import Store
public import Messaging

extension HandlingError {
    /// A store that does not answer is not the message's fault.
    public init(_ error: StoreError) {
        self = .retryLater("\(error)")
    }
}
