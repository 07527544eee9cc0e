import Commands
import Testing

@Suite struct `A time on the command line` {
    @Test(
        arguments: [
            ("0", 0), ("0s", 0), ("1s", 1), ("90s", 90), ("30m", 1_800), ("24h", 86_400), ("7d", 604_800),
            ("30d", 2_592_000), ("2592000s", 2_592_000), ("007s", 7),
        ] as [(String, Int64)])
    func `is a number with a unit`(text: String, seconds: Int64) {
        #expect(DurationText.seconds(of: text, secondsMax: 2_592_000) == seconds)
    }

    @Test(arguments: [
        "", "s", "1", "-1s", "+1s", "1.5h", " 1s", "1s ", "1 s", "1S", "1w", "1ms", "1h30m", "31d", "2592001s",
        "9223372036854775807s", "9999999999d", "٣s", "1e3s",
    ])
    func `is refused in any other form, and beyond its limit`(text: String) {
        #expect(DurationText.seconds(of: text, secondsMax: 2_592_000) == nil)
    }

    @Test(
        arguments: [
            (-5, "0s"), (0, "0s"), (59, "59s"), (119, "119s"), (120, "2m"), (7_199, "119m"), (7_200, "2h"),
            (172_799, "47h"), (172_800, "2d"), (.max, "106751991167300d"), (.min, "0s"),
        ] as [(Int64, String)])
    func `is shown in the largest unit that fits twice`(seconds: Int64, text: String) {
        #expect(DurationText.shown(seconds: seconds) == text)
    }
}
