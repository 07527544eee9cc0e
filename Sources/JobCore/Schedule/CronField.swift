/// The numbers that one field of a cron expression selects, by lists, ranges and steps.
struct CronField: Hashable, Sendable {
    /// One part of a list.
    enum Item: Hashable, Sendable {
        /// `*` (step 1) or `*/n`.
        case every(step: Int)
        /// A single number or name.
        case value(Int)
        /// `a/n`: every n-th value from a to the field's maximum.
        case from(Int, step: Int)
        /// `a-b` (step 1) or `a-b/n`. If a is larger than b, the range wraps around the end of the field.
        case range(Int, Int, step: Int)
    }

    /// Which of the six fields this is.
    let unit: CronUnit
    /// The parts of the list as written, for the plain-English sentence.
    let items: [Item]
    /// The selected values, minus the unit's smallest value.
    private let offsets: BitSet

    init(unit: CronUnit, items: [Item]) {
        self.unit = unit
        self.items = items
        offsets = BitSet(items.flatMap { $0.offsets(in: unit.range) })
    }

    /// Whether the field selects a value.
    func contains(_ value: Int) -> Bool {
        unit.range.contains(value) && offsets.contains(value - unit.range.lowerBound)
    }

    /// Returns the smallest selected value that is at least `bound`, or nil if there is none.
    func first(from bound: Int) -> Int? {
        let lowest = unit.range.lowerBound
        return offsets.first(from: max(0, bound - lowest)).map { $0 + lowest }
    }

    /// Whether the field selects all values of its unit.
    var isEveryValue: Bool { offsets.count == unit.range.count }

    /// The values if the field is a plain list of them, without ranges or steps; nil otherwise.
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
    /// Parses a field in upper case.
    init(_ text: Substring, unit: CronUnit) throws(ScheduleError) {
        var items: [Item] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            items.append(try Self.item(part, unit: unit))
        }
        self.init(unit: unit, items: items)
    }

    /// Parses one number or name of the unit.
    static func value(_ text: Substring, unit: CronUnit) throws(ScheduleError) -> Int {
        if let index = unit.names.firstIndex(of: String(text)) { return unit.range.lowerBound + index }
        guard let number = number(text, digits: unit.digits), unit.range.contains(number) else {
            throw .expression("\(text.quoted) is not a \(unit.title) value.", hint: unit.hint)
        }
        return number
    }

    /// Parses a number of at most `digits` decimal digits, without a sign. Returns nil for any other text.
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
        guard let stepMax = unit.stepMax else {
            throw .expression(
                "The \(unit.title) takes no step (/\(text.prefix(10))).",
                hint: "Name the days, as in MON,WED,FRI or MON-FRI.")
        }
        guard let step = number(text, digits: 4), (1...stepMax).contains(step) else {
            throw .expression(
                "A step of \(text.quoted) does not fit the \(unit.title) field.",
                hint: stepHint(unit: unit, stepMax: stepMax))
        }
        return step
    }

    private static func stepHint(unit: CronUnit, stepMax: Int) -> String {
        let steps = "A step is 1 to \(stepMax)."
        return switch unit {
        case .minute: "\(steps) For once an hour write one minute and every hour, as in cron(0 * * * ? *)."
        case .hour: "\(steps) For once a day write one hour, as in cron(0 0 * * ? *)."
        default: steps
        }
    }
}
