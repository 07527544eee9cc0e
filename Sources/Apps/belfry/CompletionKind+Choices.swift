import ArgumentParser

extension CompletionKind {
    /// Completes with the names that a type has for its cases.
    static func choices<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> CompletionKind {
        .list(type.allCases.map(\.rawValue))
    }
}
