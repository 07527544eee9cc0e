import JobCore

/// A report with the id of its execution.
struct AddressedReport: Sendable {
    var executionID: ExecutionID
    var id: ReportID
    var report: Report
}
