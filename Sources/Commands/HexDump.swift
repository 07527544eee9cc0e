/// Bytes as a table of hexadecimal digits, for a body that is no text.
public enum HexDump {
    private static let rowBytes = 16

    /// Sixteen bytes a line, with the offset before them and the printable ASCII behind them.
    public static func lines(_ bytes: some Collection<UInt8>) -> [String] {
        let all = Array(bytes)
        return stride(from: 0, to: all.count, by: rowBytes).map { start in
            let row = all[start..<min(start + rowBytes, all.count)]
            let digits = row.map { hex(Int($0), digits: 2) }.joined(separator: " ")
            let text = row.map { (0x20...0x7E).contains($0) ? Character(Unicode.Scalar($0)) : "." }
            return "\(hex(start, digits: 6))  \(TextTable.padded(digits, to: 3 * rowBytes - 1))  \(String(text))"
        }
    }

    private static func hex(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
