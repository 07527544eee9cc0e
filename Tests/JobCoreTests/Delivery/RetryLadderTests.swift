import JobCore
import Testing

@Suite struct `The retry ladder` {
    @Test(
        arguments: [
            (-1, 1), (0, 1), (1, 1), (3, 5), (6, 10), (30, 30), (31, 60), (600, 600), (601, 1_800), (7_200, 7_200),
            (18_001, 36_000), (36_000, 36_000), (99_999, 36_000),
        ] as [(Int64, Int64)])
    func `the retry ladder answers the shortest step that is long enough`(seconds: Int64, step: Int64) {
        #expect(RetryLadder.step(atLeastSeconds: seconds) == step)
    }

    @Test(
        arguments: [
            (-1, 1), (0, 1), (1, 1), (4, 2), (5, 5), (29, 10), (599, 120), (600, 600), (99_999, 36_000),
        ] as [(Int64, Int64)])
    func `the retry ladder answers the longest step that is short enough`(seconds: Int64, step: Int64) {
        #expect(RetryLadder.step(atMostSeconds: seconds) == step)
    }

    @Test func `the steps of the retry ladder ascend`() {
        #expect(RetryLadder.stepsSeconds == RetryLadder.stepsSeconds.sorted())
        #expect(Set(RetryLadder.stepsSeconds).count == RetryLadder.stepsSeconds.count)
    }
}
