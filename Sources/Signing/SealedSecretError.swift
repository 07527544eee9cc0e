/// Why a sealed secret can't be opened. The description contains nothing of the secret.
public enum SealedSecretError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text does not have the format of a sealed secret.
    case malformed
    /// The signing key with this `kid`, with which it is sealed, is not among the keys.
    case missingKey(String)
    /// The key with this `kid` has not sealed this text for this service.
    case forged(String)

    public var description: String {
        switch self {
        case .malformed: "the service's secret can't be opened: it is malformed"
        case .missingKey(let id): "the service's secret can't be opened: its signing key “\(id)” is not configured"
        case .forged(let id):
            "the service's secret can't be opened: the signing key “\(id)” did not seal it for this service"
        }
    }
}
