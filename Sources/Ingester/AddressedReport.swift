import JobCore

/// A message of a line of reports, as the recorder reads it.
enum AddressedReport: Sendable, Equatable {
    /// About one execution.
    case execution(ExecutionID, ReportID, Report)
    /// Callbacks could be received at this instant.
    case signOfLife(madeAt: Instant)
    /// A courier took a mark.
    case mark(madeAt: Instant, takenAt: Instant)
}
