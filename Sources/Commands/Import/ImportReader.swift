/// Takes jobs out of the values in another scheduler's files.
protocol ImportReader {
    /// Reads a value.
    mutating func read(_ entry: JobEntry, _ collector: inout ImportCollector)

    /// Takes what could be judged only after all values.
    mutating func finish(_ collector: inout ImportCollector)
}

extension ImportReader {
    mutating func finish(_ collector: inout ImportCollector) {}
}
