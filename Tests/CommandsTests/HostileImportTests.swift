import Commands
import Determinism
import JSON
import JobCore
import Testing

/// Files that nobody would write by hand: whatever they hold, `jobs apply` takes what is imported.
@Suite struct `An import of hostile files` {
    private static let words: [ImportSource: String] = [
        .crontab: "* 1 2-5 */3 ,/-@ daily reboot # % \\ = CRON_TZ=UTC \n\n\t\"' x 0 7 SUN L W ? ~ \r é \0",
        .eventbridge:
            #"{"Name": "a", "ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": "arn:aws:sqs:"}]} [],:1"#,
        .kubernetes:
            "kind: CronJob\nmetadata: {name: a, namespace: b}\nspec:\n  schedule: '* * * * *'\n- &a *a | > ---",
        .predecessor: #"{"results": [{"job_name": "a", "schedule": "rate(1 day)", "payload": {}, "ttl_seconds": 1}]}"#,
    ]

    @Test(arguments: ImportSource.allCases)
    func `ends with jobs or notes for random bytes`(source: ImportSource) throws {
        var random = SplitMix64(seed: 99)
        let words = Array((Self.words[source] ?? "").utf8)
        for _ in 0..<60 {
            var bytes: [UInt8] = random.chance(50) ? words : []
            for _ in 0..<random.int(0...80) {
                let byte = random.chance(80) ? words[random.int(0...(words.count - 1))] : UInt8(random.int(0...255))
                bytes.insert(byte, at: random.int(0...bytes.count))
            }
            _ = try ImportSample(bytes: ["a": bytes], from: source)
        }
    }

    @Test(arguments: ImportSource.allCases)
    func `reads no deeper than a stack allows`(source: ImportSource) throws {
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "{\"results\":", count: 50_000),
            String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 40),
            String(repeating: "- ", count: 5_000), "a: " + String(repeating: "[", count: 20_000),
        ] {
            let found = try ImportSample(text, from: source)
            #expect(found.jobs.isEmpty && !found.isComplete)
        }
    }

    @Test func `ends at as many jobs and as many notes as a file may have`() throws {
        let lines = Array(String(repeating: "* * * * * x\n", count: 10_100).utf8)
        let jobs = try ImportSample(bytes: ["a": lines], from: .crontab, isReadBack: false)
        #expect(jobs.jobs.count == 10_000 && !jobs.isComplete)
        #expect(jobs.names.last == "ops/x-10000" && Set(jobs.names).count == 10_000)
        #expect(jobs.notes.count == 1 && jobs.notes[0].contains("a file of jobs has at most 10000 jobs and 16 MiB"))
        let notes = try ImportSample(String(repeating: "x\n", count: 20_100), from: .crontab)
        #expect(notes.notes.count == 20_001 && notes.notes[20_000].contains("so the rest is not read"))
        let texts = try ImportSample(String(repeating: "{}", count: 10_100), from: .eventbridge)
        #expect(texts.notes.count == 10_001)
    }

    @Test func `leaves out what is too large for a job`() throws {
        let long = String(repeating: "x", count: 300_000)
        let found = try ImportSample("* * * * * \(long)\n0 0 * * * \(long.prefix(200_000))\n", from: .crontab)
        #expect(found.jobs.count == 1 && found.notes.count == 1)
        #expect(found.notes[0].contains("left out: ops/\(long.prefix(60)): /payload: has 300"), "\(found.notes)")
        let name = String(repeating: "n", count: 300)
        let rule = "{\"Name\": \"\(name)\", \"ScheduleExpression\": \"cron(0 0 * * ? *)\"}"
        #expect(try ImportSample("\(rule)\(rule)", from: .eventbridge).names.map(\.utf8.count) == [132, 132])
    }
}
