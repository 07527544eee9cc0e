/// Rows of text with aligned columns. It can be shown in parts: the header comes before the first one.
public struct TextTable {
    /// The headers of columns whose words are coloured; see ``TerminalStyle``.
    private static let statusHeaders: Set<String> = ["STATUS", "STATE", "HEALTH", "EVENT"]
    private static let gap = "  "
    /// No column is cut to fewer columns of the terminal.
    private static let cutColumnsMin = 4

    private let header: [String]
    private let terminalColumns: Int?
    private let isWhole: [Bool]
    private let isStyled: Bool
    private var widths: [Int]
    private var isBegun = false

    /// `terminalColumns`: the width that lines should fit; nil cuts nothing. `whole`: the headers of columns that are
    /// never cut, beside the first. `isStyled`: whether header and statuses get colours.
    public init(_ header: [String], terminalColumns: Int? = nil, whole: Set<String> = [], isStyled: Bool = false) {
        self.header = header
        self.terminalColumns = terminalColumns
        self.isStyled = isStyled
        isWhole = header.enumerated().map { $0.offset == 0 || whole.contains($0.element) }
        widths = header.map { _ in 0 }
    }

    /// Returns a header and rows as lines that are safe for a terminal, uncut and without colours.
    public static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
        var table = TextTable(header)
        return table.lines(rows)
    }

    /// Returns the text with spaces behind it, so that it takes at least this number of columns. It cuts nothing off.
    public static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TerminalColumns.count(text)))
    }

    /// Returns the next rows as lines that are safe for a terminal; see ``TerminalText``. They are as wide as those
    /// before them, or wider. If not even the columns that are never cut fit, lines are longer than the terminal.
    public mutating func lines(_ rows: [[String]]) -> [String] {
        let cells = ((isBegun ? [] : [header]) + rows).map { $0.map(TerminalText.escaped) }
        for row in cells {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], TerminalColumns.count(cell))
            }
        }
        let (shown, hasHeader) = (fittingWidths(), !isBegun)
        isBegun = true
        return cells.enumerated().map { index, row in
            line(row, shown, isHeader: hasHeader && index == 0)
        }
    }

    /// The widest columns are cut, all to the same width.
    private func fittingWidths() -> [Int] {
        guard let terminalColumns else { return widths }
        let room = terminalColumns - Self.gap.count * (widths.count - 1)
        func cut(to limit: Int) -> [Int] { zip(widths, isWhole).map { $1 ? $0 : min($0, limit) } }
        var limit = max(Self.cutColumnsMin, min(room, widths.max() ?? 0))
        while limit > Self.cutColumnsMin, cut(to: limit).reduce(0, +) > room { limit -= 1 }
        return cut(to: limit)
    }

    private func line(_ row: [String], _ widths: [Int], isHeader: Bool) -> String {
        let end = (row.lastIndex { !$0.isEmpty } ?? -1) + 1
        return row.indices.prefix(end).map { column in
            let text = TerminalColumns.shortened(row[column], to: widths[column])
            let padding = column + 1 == end ? "" : Self.padded("", to: widths[column] - TerminalColumns.count(text))
            guard isStyled else { return text + padding }
            let isStatus = Self.statusHeaders.contains(header[column])
            let style = isHeader ? TerminalStyle.header : isStatus ? TerminalStyle.ofStatus(row[column]) : nil
            return (style?.applied(to: text) ?? text) + padding
        }.joined(separator: Self.gap)
    }
}
