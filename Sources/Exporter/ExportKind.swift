/// The two kinds of files.
public enum ExportKind: String, Sendable, CaseIterable {
    /// What could not be taken for an event, kept as it came. Written first: a batch of which only these are written
    /// comes again, and no event is repeated for their sake.
    case rejected
    /// One event a line.
    case events
}
