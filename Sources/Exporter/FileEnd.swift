/// When a file is complete: its hour is over, or it is large enough.
public enum FileEnd {
    /// Whether the file is complete before these bytes, which then begin the next one.
    ///
    /// A clock that is set back counts, too: the earlier hour gets a file of its own. A file exceeds the limit only if
    /// the first bytes do.
    ///
    /// - Parameters:
    ///   - hour: the hour of the file
    ///   - bytes: the bytes that it has
    ///   - adding: the bytes that come next; 0 for none
    ///   - now: the present hour
    ///   - bytesMax: the size that a file may have
    public static func isReached(
        hour: ExportHour, bytes: Int64, adding: Int, now: ExportHour, bytesMax: Int64
    ) -> Bool {
        hour != now || (bytes > 0 && bytes + Int64(adding) > bytesMax)
    }
}
