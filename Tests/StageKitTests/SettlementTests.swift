import Testing

@testable import StageKit

@Suite struct `A settlement that is retried` {
    @Test func `logs the first failures, and ever fewer of the later ones`() {
        #expect((0..<40).filter { Settlement.isLogged(attempt: $0) } == [0, 1, 3, 7, 15, 31])
    }
}
