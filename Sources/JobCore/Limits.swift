/// Upper bounds that hold in more than one place: in the API, in the messages and in the stages.
///
/// A bound that only one type needs stays with that type.
public enum Limits {
    /// Bytes of a job's payload: 256 KiB.
    public static let payloadBytesMax = 256 * 1_024

    /// Bytes of a callback's body: 256 KiB.
    public static let callbackBytesMax = 256 * 1_024

    /// Bytes of the jobs or of the executions on one page of a list. A page ends early when one more would exceed it.
    public static let pageBytesMax = 2 * 1_024 * 1_024

    /// Seconds that an execution may take, and by which one callback may extend it: seven days.
    public static let ttlSecondsMax: Int64 = 604_800

    /// Seconds between two attempts of a delivery, which is also the longest step of the retry ladder: ten hours.
    public static let retryWaitSecondsMax: Int64 = 36_000
}
