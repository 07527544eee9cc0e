import Testing

/// Fails with a line for each offender, so that one run shows all of them.
func expectNone(_ offenders: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(offenders.isEmpty, "\n\(offenders.joined(separator: "\n"))", sourceLocation: sourceLocation)
}
