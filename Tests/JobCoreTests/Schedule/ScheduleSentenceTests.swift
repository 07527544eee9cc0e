import Testing

@testable import JobCore

@Suite struct `The plain-English sentence of a schedule` {
    @Test(arguments: [
        ("30 2 * * ? *", "At 02:30 every day"),
        ("0,30 2,14 * * ? *", "At 02:00, 02:30, 14:00 and 14:30 every day"),
        ("* * * * ? *", "Every minute"),
        ("0/5 * * * ? *", "Every 5 minutes"),
        ("*/7 * * * ? *", "At every 7th minute of every hour"),
        ("0 * * * ? *", "Every hour on the hour"),
        ("5,35 * * * ? *", "At minutes 5 and 35 of every hour"),
        ("0 */2 * * ? *", "At minute 0 of every 2nd hour"),
        ("0/5 8-17 ? * MON-FRI *", "Every 5 minutes of the hours 08 through 17 on Monday through Friday"),
        ("0-29/10 9-17/2 * * ? *", "At every 10th minute from 0 through 29 of every 2nd hour from 09 through 17"),
        ("0 18 ? * MON-FRI *", "At 18:00 every Monday through Friday"),
        ("0 8 1 * ? *", "At 08:00 on day 1 of the month"),
        ("0 8 1-10,20 JAN,jul ? *", "At 08:00 on days 1 through 10 and 20 of the month in January and July"),
        ("0 8 */2 * ? 2030", "At 08:00 on every 2nd day of the month in 2030"),
        ("0 8 L * ? *", "At 08:00 on the last day of the month"),
        ("0 8 L-3 * ? *", "At 08:00 3 days before the last day of the month"),
        ("0 8 LW * ? *", "At 08:00 on the last weekday (Monday to Friday) of the month"),
        ("0 8 15W * ? *", "At 08:00 on the weekday (Monday to Friday) nearest day 15 of the month"),
        ("0 8 ? * L *", "At 08:00 every Saturday"),
        ("15 10 ? * 6L 2002-2005", "At 10:15 on the last Friday of the month in 2002 through 2005"),
        ("0 2 ? * 3#2 *", "At 02:00 on the second Tuesday of the month"),
    ])
    func `the sentence of a cron schedule describes all its fields`(fields: String, sentence: String) throws {
        #expect(try Schedule("cron(\(fields))", timeZone: "Europe/Madrid").sentence == "\(sentence) (Europe/Madrid)")
    }

    @Test func `the sentence of a rate names no time zone`() throws {
        #expect(try Schedule("rate(1 hour)").sentence == "Every hour")
        #expect(try Schedule("rate(5 minutes)", timeZone: "Europe/Madrid").sentence == "Every 5 minutes")
    }

    @Test func `the sentence of an at schedule gives its date and time`() throws {
        #expect(try Schedule("at(2030-01-31T12:00:00)").sentence == "On 2030-01-31 at 12:00:00 (UTC)")
    }
}
