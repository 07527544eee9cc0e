import JobCore

/// A report with the execution it is about.
struct AddressedReport: Sendable {
    var executionID: ExecutionID
    var id: ReportID
    var report: Report
}
