/// The numbers one field of a cron expression names: lists, ranges and steps.
struct CronField: Hashable, Sendable {
    /// One part of a list.
    enum Item: Hashable, Sendable {
        /// `*` (step 1) or `*/n`
        case every(step: Int)
        case value(Int)
        /// `a/n`: from a to the field's maximum
        case from(Int, step: Int)
        /// `a-b` (step 1) or `a-b/n`; a may be the larger, then the range runs over the field's end
        case range(Int, Int, step: Int)
    }

    let unit: CronUnit
    /// As written, for the sentence.
    let items: [Item]
    /// The values, counted from the unit's smallest.
    private let offsets: BitSet

    init(unit: CronUnit, items: [Item]) {
        self.unit = unit
        self.items = items
        offsets = BitSet(items.flatMap { $0.offsets(in: unit.range) })
    }

    func contains(_ value: Int) -> Bool {
        unit.range.contains(value) && offsets.contains(value - unit.range.lowerBound)
    }

    /// The smallest of the values that is at least `bound`.
    func first(from bound: Int) -> Int? {
        let lowest = unit.range.lowerBound
        return offsets.first(from: max(0, bound - lowest)).map { $0 + lowest }
    }

    var isEveryValue: Bool { offsets.count == unit.range.count }

    /// The values, when the field is a plain list of them.
    var listedValues: [Int]? {
        let values = items.compactMap { if case .value(let value) = $0 { value } else { nil } }
        return values.count == items.count ? values : nil
    }
}

extension CronField.Item {
    fileprivate func offsets(in range: ClosedRange<Int>) -> [Int] {
        let lowest = range.lowerBound
        switch self {
        case .every(let step):
            return Array(stride(from: 0, through: range.count - 1, by: step))
        case .value(let value):
            return [value - lowest]
        case .from(let start, let step):
            return Array(stride(from: start - lowest, through: range.count - 1, by: step))
        case .range(let start, let end, let step):
            let length = end >= start ? end - start : range.count - start + end
            return stride(from: 0, through: length, by: step).map { (start - lowest + $0) % range.count }
        }
    }
}

extension CronField {
    /// Reads a field in upper case.
    init(_ text: Substring, unit: CronUnit) throws(ScheduleError) {
        var items: [Item] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            items.append(try Self.item(part, unit: unit))
        }
        self.init(unit: unit, items: items)
    }

    /// One number or name of the unit.
    static func value(_ text: Substring, unit: CronUnit) throws(ScheduleError) -> Int {
        if let index = unit.names.firstIndex(of: String(text)) { return unit.range.lowerBound + index }
        guard let number = number(text, digits: unit.digits), unit.range.contains(number) else {
            throw .expression("\(ScheduleError.quoted(text)) is not a \(unit.title) value.", hint: unit.hint)
        }
        return number
    }

    /// Decimal digits and nothing else (no sign), few enough not to overflow.
    static func number(_ text: Substring, digits: Int) -> Int? {
        guard (1...digits).contains(text.utf8.count) else { return nil }
        var cursor = TextCursor(text)
        return cursor.number(digits: text.utf8.count)
    }

    private static func item(_ text: Substring, unit: CronUnit) throws(ScheduleError) -> Item {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let step = halves.count == 2 ? try self.step(halves[1], unit: unit) : nil
        if halves[0] == "*" { return .every(step: step ?? 1) }

        let ends = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let start = try value(ends[0], unit: unit)
        if ends.count == 2 { return .range(start, try value(ends[1], unit: unit), step: step ?? 1) }
        return step.map { .from(start, step: $0) } ?? .value(start)
    }

    private static func step(_ text: Substring, unit: CronUnit) throws(ScheduleError) -> Int {
        guard let longest = unit.longestStep else {
            throw .expression(
                "The \(unit.title) takes no step (/\(text.prefix(10))).",
                hint: "Name the days, as in MON,WED,FRI or MON-FRI.")
        }
        guard let step = number(text, digits: 4), (1...longest).contains(step) else {
            throw .expression(
                "A step of \(ScheduleError.quoted(text)) does not fit the \(unit.title) field.",
                hint: stepHint(unit: unit, longest: longest))
        }
        return step
    }

    private static func stepHint(unit: CronUnit, longest: Int) -> String {
        let steps = "A step is 1 to \(longest)."
        return switch unit {
        case .minute: "\(steps) For once an hour write one minute and every hour, as in cron(0 * * * ? *)."
        case .hour: "\(steps) For once a day write one hour, as in cron(0 0 * * ? *)."
        default: steps
        }
    }
}
