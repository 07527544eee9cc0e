public import JobCore

/// A message that the recorder of its line handles.
public protocol ReportMessage: PipelineMessage {
    static var kind: ReportKind { get }
    /// The line that it goes through: that of its execution, if it is about one.
    var line: ReportLine { get }
}

extension ReportMessage {
    public var routingKey: String { RoutingKey.report(Self.kind, line) }
}

/// A report about one execution.
public protocol ExecutionReport: ReportMessage {
    var executionID: ExecutionID { get }
}

extension ExecutionReport {
    public var line: ReportLine { ReportLine(of: executionID) }
}
