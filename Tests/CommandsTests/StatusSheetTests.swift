import Commands
import JSON
import Testing

@Suite struct `The status on a terminal` {
    private func sheet(_ text: String) throws -> StatusSheet { StatusSheet(try JSONValue(parsing: Array(text.utf8))) }

    private static let healthy = """
        {"ok": true, "now": "2026-01-31T08:00:00Z", "problems": [], "store": "ok", "broker": "ok",
         "stages": [{"stage": "tickerd", "state": "ok", "detail": null}],
         "queues": [{"queue": "courier.bulk", "stage": "courierd", "ready": 0, "consumers": 1,
                     "oldest_seconds_max": null, "dead_letters": 0}],
         "retry_ladder": {"ready": 0}, "lateness": {"late_seconds": 0},
         "jobs": {"total": 7, "disabled": 2, "paused": 1},
         "executions": {"open": 3, "pending": 1, "invoked": 2, "processing": 0, "oldest_open_at": null}}
        """

    @Test func `is one word, the stages and the jobs while all is well`() throws {
        let sheet = try sheet(Self.healthy)
        #expect(sheet.isOK && sheet.lines == ["ok"])
        #expect(sheet.tables.map(\.header.first) == ["STAGE", "JOBS"])
        #expect(sheet.tables[0].rows == [["store", "ok", "-"], ["broker", "ok", "-"], ["tickerd", "ok", "-"]])
        #expect(sheet.tables[1].rows == [["7", "2", "1", "3", "1", "2", "0", "-", "0"]])
    }

    @Test func `begins with the problems and what to do, and has the queues that matter`() throws {
        let sheet = try sheet(
            """
            {"ok": false, "problems": [
               {"code": "stage_down", "message": "courierd is down.", "hint": "Start it."},
               {"code": "dead_letters", "message": "There is 1 dead letter.", "hint": "Look at it."}],
             "store": "ok", "broker": "ok", "stages": [{"stage": "courierd", "state": "down", "detail": "no consumer"}],
             "queues": [
               {"queue": "a", "ready": 0, "consumers": 1, "oldest_seconds_max": null, "dead_letters": 0},
               {"queue": "b", "ready": 0, "consumers": 0, "oldest_seconds_max": null, "dead_letters": 0},
               {"queue": "c", "ready": 5, "consumers": 1, "oldest_seconds_max": 9, "dead_letters": 0},
               {"queue": "d", "ready": 0, "consumers": 1, "oldest_seconds_max": null, "dead_letters": 1}],
             "retry_ladder": {"ready": 4}, "jobs": null, "executions": null}
            """)
        #expect(!sheet.isOK)
        #expect(
            sheet.lines == [
                "2 problems", "  courierd is down.", "    Start it.", "  There is 1 dead letter.", "    Look at it.",
            ])
        #expect(sheet.tables.count == 2)
        #expect(
            sheet.tables[1].rows == [
                ["b", "0", "0", "-", "0"], ["c", "5", "1", "9", "0"], ["d", "0", "1", "-", "1"],
                ["retry ladder", "4", "-", "-", "-"],
            ])
    }

    @Test(arguments: ["{}", "null", #"{"problems": 1, "stages": [1], "queues": [{}]}"#])
    func `is not ok if the answer is no status`(text: String) throws {
        #expect(try !sheet(text).isOK)
    }
}
