/// A secret that is sealed anew.
public struct SecretReseal: Sendable, Hashable {
    /// `StoredSecret.number`
    public var number: Int64
    public var old: String
    public var new: String

    public init(number: Int64, old: String, new: String) {
        self.number = number
        self.old = old
        self.new = new
    }
}
