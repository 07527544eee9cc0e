/// The largest JSON text that a reader accepts.
///
/// The limits are checked while the text is read, so a text over a limit costs no more than the part before it.
///
/// ```swift
/// let limits = JSONLimits(bytesMax: 64 * 1_024)
/// let value = try JSONValue(parsing: body, limits: limits)
/// ```
public struct JSONLimits: Sendable, Equatable {
    /// The number of bytes of the text.
    public var bytesMax: Int

    /// The number of arrays and objects that are open at the same time: `[[1]]` has a depth of 2.
    public var depthMax: Int

    /// The number of values, arrays and objects included. Names are not counted: `{"a":[1,2]}` has 4 values.
    public var valueCountMax: Int

    /// The number of combining marks in a row that a name may have: as in Unicode's stream-safe text (UAX #15).
    ///
    /// Dictionaries hash names in Unicode's normal form. The standard library sorts a run of marks in quadratic time,
    /// so a name of 250 KB would take minutes.
    public static let combiningMarksMax = 30

    /// Depth costs stack space when a value is built from the text, so no limit above this one has an effect.
    static let depthCeiling = 512

    /// Offsets are kept in 32 bits, so no limit above this one has an effect.
    static let bytesCeiling = Int(Int32.max)

    /// Makes limits. The depth is never more than 512 and the length never more than 2 GiB, whatever is given.
    public init(bytesMax: Int = 1_024 * 1_024, depthMax: Int = 32, valueCountMax: Int = 10_000) {
        self.bytesMax = bytesMax
        self.depthMax = depthMax
        self.valueCountMax = valueCountMax
    }

    /// For text from anybody: 1 MiB, 32 levels, 10,000 values.
    public static let standard = JSONLimits()

    /// For text from our own programs and the broker, such as long listings: 16 MiB, 32 levels, 1,000,000 values.
    public static let trusted = JSONLimits(bytesMax: 16 * 1_024 * 1_024, valueCountMax: 1_000_000)
}
