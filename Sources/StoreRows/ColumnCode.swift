package import JobCore

/// A value that a column holds as a number. A number that was ever released keeps its meaning.
package protocol ColumnCode: CaseIterable {
    var code: Int64 { get }
}

extension ColumnCode {
    /// Nil when no value has this code: then the row is damaged, or was written by a newer Belfry.
    package init?(code: Int64) {
        guard let value = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = value
    }
}

extension ExecutionStatus: ColumnCode {
    package var code: Int64 {
        switch self {
        case .pending: 0
        case .invoked: 1
        case .processing: 2
        case .success: 3
        case .fail: 4
        }
    }
}

extension FailureReason: ColumnCode {
    package var code: Int64 {
        switch self {
        case .reported: 0
        case .invocation: 1
        case .heartbeat: 2
        case .ttl: 3
        case .locked: 4
        case .missed: 5
        case .cancelled: 6
        }
    }
}

extension Trigger: ColumnCode {
    package var code: Int64 {
        switch self {
        case .schedule: 0
        case .manual: 1
        case .retry: 2
        case .backfill: 3
        case .test: 4
        }
    }
}
