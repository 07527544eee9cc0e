import JobCore
import StoreRows
import Testing

@Suite struct `The codes of a column` {
    /// The code of each case, by its name.
    private static func codes<Value: ColumnCode & RawRepresentable>(
        of type: Value.Type
    ) -> [String: Int64] where Value.RawValue == String {
        Dictionary(uniqueKeysWithValues: type.allCases.map { ($0.rawValue, $0.code) })
    }

    private static func check<Value: ColumnCode & Equatable>(_ type: Value.Type) {
        #expect(Set(type.allCases.map(\.code)).count == type.allCases.count, "\(type)")
        for value in type.allCases { #expect(Value(code: value.code) == value) }
        let codes = type.allCases.map(\.code)
        for unknown in [-1, (codes.max() ?? 0) + 1, .min, .max] as [Int64] {
            #expect(Value(code: unknown) == nil, "\(type) \(unknown)")
        }
    }

    @Test func `lead back to the one case that has each, and other numbers to none`() {
        Self.check(ExecutionStatus.self)
        Self.check(FailureReason.self)
        Self.check(Trigger.self)
    }

    /// Rows of earlier versions have them, and queries and indexes name some.
    @Test func `stay as they were released`() {
        #expect(
            Self.codes(of: ExecutionStatus.self) == [
                "pending": 0, "invoked": 1, "processing": 2, "success": 3, "fail": 4,
            ])
        #expect(
            Self.codes(of: FailureReason.self) == [
                "reported": 0, "invocation": 1, "heartbeat": 2, "ttl": 3, "locked": 4, "missed": 5, "cancelled": 6,
            ])
        #expect(
            Self.codes(of: Trigger.self) == ["schedule": 0, "manual": 1, "retry": 2, "backfill": 3, "test": 4])
    }
}
