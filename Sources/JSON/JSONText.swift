/// A JSON text that was read, with the lines of its values, for messages to the person who wrote it.
///
/// ```swift
/// let text = try JSONText(parsing: bytes)
/// text.line(of: "/3/retry/max_attempts")  // 41
/// ```
public struct JSONText {
    private let document: JSONDocument
    /// The offset at which each line begins.
    private let lineStarts: [Int]

    /// Reads a JSON text in UTF-8. Throws the first fault in the text.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        document = try JSONDocument(bytes, limits: limits)
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    /// The value of the whole text.
    public var value: JSONValue { document.value(at: 0) }

    /// The line, from 1, of the value that a JSON pointer (RFC 6901) leads to, or of the last value on the way to it
    /// if there is no such value.
    public func line(of pointer: String) -> Int {
        var node = 0
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = token.replacing("~1", with: "/").replacing("~0", with: "~")
            guard let inner = child(String(name), of: node) else { break }
            node = inner
        }
        let offset = document.nodes[node].errorOffset
        // The number of lines that begin at or before the offset, by bisection.
        var (low, high) = (0, lineStarts.count)
        while low < high {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func child(_ token: String, of node: Int) -> Int? {
        switch document.nodes[node].kind {
        case .object: return document.field(token, of: node)
        case .array:
            guard let position = Int(token), 0..<document.nodes[node].count ~= position else { return nil }
            return (0..<position).reduce(node + 1) { index, _ in document.nodes.indexPast(index) }
        default: return nil
        }
    }
}
