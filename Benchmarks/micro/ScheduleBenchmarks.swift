import JobCore

/// The next occurrence of a schedule, and how an expression is read.
enum ScheduleBenchmarks {
    static func all() throws -> [MicroBenchmark] {
        [
            try next("rate(5 minutes)", "UTC"), try next("cron(*/5 * * * ? *)", "UTC"),
            try next("cron(30 2 ? * MON-FRI *)", "Europe/Madrid"),
            MicroBenchmark("schedule: parse a cron expression") {
                MicroBenchmark.keep(try Schedule("cron(30 2 ? * MON-FRI *)", timeZone: "Europe/Madrid"))
            },
        ]
    }

    /// One occurrence after the other, over the clock changes of the years that follow.
    private static func next(_ expression: String, _ timeZone: String) throws -> MicroBenchmark {
        let schedule = try Schedule(expression, timeZone: timeZone)
        let end = Samples.instant.adding(seconds: 10 * 365 * 86_400)
        return MicroBenchmark("schedule: next of \(expression) \(timeZone)") { count, watch in
            watch.measure {
                var instant = Samples.instant
                for _ in 0..<count {
                    instant = schedule.next(after: instant) ?? end
                    if instant >= end { instant = Samples.instant }
                }
                MicroBenchmark.keep(instant)
            }
        }
    }
}
