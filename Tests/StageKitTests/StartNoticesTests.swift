import Foundation
import InMemoryLogging
import Logging
import Testing

@testable import StageKit

@Suite struct `The notices to a service manager` {
    @Test func `notices say that a process is ready once it has no fault, and then only what has changed`() {
        var notices = StartNotices()
        #expect(notices.next(faults: ["starting"], elapsedMilliseconds: 0) == ["STATUS=waiting: starting"])
        #expect(notices.next(faults: ["starting"], elapsedMilliseconds: 100) == [])
        #expect(notices.waitMilliseconds == 100)
        #expect(notices.next(faults: [], elapsedMilliseconds: 200) == ["READY=1", "STATUS=ready to work"])
        #expect(notices.waitMilliseconds == 5_000)
        #expect(notices.next(faults: [], elapsedMilliseconds: 300) == [])
        #expect(
            notices.next(faults: ["the store is full", "no\nbroker"], elapsedMilliseconds: 400)
                == ["STATUS=waiting: the store is full; no broker"])
        #expect(notices.next(faults: [], elapsedMilliseconds: 500) == ["STATUS=ready to work"])
    }

    @Test func `notices call a process ready that has waited for ten seconds, so that nothing waits for it`() {
        var notices = StartNotices()
        _ = notices.next(faults: ["no broker"], elapsedMilliseconds: 9_999)
        #expect(notices.next(faults: ["no broker"], elapsedMilliseconds: 10_000) == ["READY=1"])
    }

    @Test(
        arguments: [
            ([:], nil), (["WATCHDOG_USEC": "30000000"], 30_000),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], 30_000),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_USEC": "10"], 1),
        ] as [([String: String], Int64?)])
    func `notices of life are sent if the service manager asks this process for them`(
        environment: [String: String], milliseconds: Int64?
    ) {
        #expect(NoticeSocket.watchdog(environment, pid: 7) == milliseconds)
    }

    @Test(arguments: ["", "relative/path", "/" + String(repeating: "x", count: 200)])
    func `notices are sent to no one if the path is no address of a socket`(path: String) {
        #expect(NoticeSocket(socketPath: path, watchdogMilliseconds: nil) == nil)
    }
}
