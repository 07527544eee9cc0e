/// A number of bytes on the command line, such as `500MB`, `10GB` or `2GiB`.
public enum ByteCountText {
    private static let units: [(String, Int64)] = [
        ("KiB", 1_024), ("MiB", 1_024 * 1_024), ("GiB", 1_024 * 1_024 * 1_024), ("kB", 1_000), ("KB", 1_000),
        ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ]

    /// The bytes that a text stands for; nil for another text, and for numbers out of the range.
    public static func bytes(of text: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let (unit, size) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        let digits = text.dropLast(unit.count)
        guard (1...15).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let count = Int64(digits)
        else { return nil }
        let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: size)
        return !isTooLarge && range.contains(bytes) ? bytes : nil
    }

    /// The number in the largest unit of ten that holds it: `10 GB`, `1.5 MB`, `900 B`.
    public static func text(of bytes: Int64) -> String {
        for (unit, size) in [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)]
            as [(String, Int64)] where bytes >= size
        {
            let tenths = bytes / (size / 10)
            return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(bytes) B"
    }
}
