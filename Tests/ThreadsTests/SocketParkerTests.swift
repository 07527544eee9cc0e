import Glibc
import Testing
import Threads

@Suite(.timeLimit(.minutes(1)))
struct SocketParkerTests {
    private let loop = Loop()
    private let pair = SocketPair()

    @Test func `a wait ends when a watched socket becomes readable`() async {
        loop.parker.watch(pair.first, readable: true, writable: false)
        async let events = loop.events(timeoutMilliseconds: 30_000)
        pair.writeToSecond()
        let seen = await events
        #expect(seen.map(\.descriptor) == [pair.first])
        #expect(seen.map(\.isReadable) == [true])
        #expect(seen.map(\.isWritable) == [false])
    }

    @Test func `a wait sees a socket that was ready before`() async {
        pair.writeToSecond()
        loop.parker.watch(pair.first, readable: true, writable: true)
        let events = await loop.events(timeoutMilliseconds: 30_000)
        #expect(events.map(\.isReadable) == [true])
        #expect(events.map(\.isWritable) == [true])
    }

    @Test func `a hang-up ends a wait as a failure`() async {
        loop.parker.watch(pair.first, readable: true, writable: false)
        pair.closeSecond()
        #expect(await loop.events(timeoutMilliseconds: 30_000).map(\.hasFailed) == [true])
    }

    @Test func `a forgotten socket ends no wait`() async {
        loop.parker.watch(pair.first, readable: true, writable: false)
        loop.parker.forget(pair.first)
        pair.writeToSecond()
        #expect(await loop.events(timeoutMilliseconds: 20) == [])
    }

    @Test func `a wait with nothing to see ends in its time`() async {
        let start = ContinuousClock.now
        #expect(await loop.events(timeoutMilliseconds: 30) == [])
        #expect(ContinuousClock.now - start >= .milliseconds(30))
    }

    @Test func `a wait ends in its time although other threads keep waking this one`() async {
        await withTaskGroup { group in
            group.addTask { [loop] in
                while !Task.isCancelled { await loop.append(0) }
            }
            #expect(await loop.events(timeoutMilliseconds: 50) == [])
            group.cancelAll()
        }
        #expect(await !loop.numbers.isEmpty)
    }

    @Test func `a wait ends in its time although the thread never runs out of jobs`() async {
        #expect(await loop.eventsDuringChatter(timeoutMilliseconds: 50) == [])
    }

    @Test func `a socket is seen although the thread never runs out of jobs`() async {
        loop.parker.watch(pair.first, readable: true, writable: false)
        pair.writeToSecond()
        #expect(await loop.eventsDuringChatter(timeoutMilliseconds: 30_000).map(\.isReadable) == [true])
    }

    @Test func `an interrupt ends a wait`() async {
        async let events = loop.events(timeoutMilliseconds: 30_000)
        loop.parker.interrupt()
        #expect(await events == [])
    }

    @Test func `an interrupt that finds no waiter ends the next wait, and only that`() async {
        loop.parker.interrupt()
        let start = ContinuousClock.now
        #expect(await loop.events(timeoutMilliseconds: 30_000) == [])
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(await loop.events(timeoutMilliseconds: 30) == [])
        #expect(ContinuousClock.now - start >= .milliseconds(30))
    }

    @Test func `jobs run while a wait goes on`() async {
        async let events = loop.events(timeoutMilliseconds: 30_000)
        await loop.append(1)
        #expect(await loop.numbers == [1])
        loop.parker.interrupt()
        #expect(await events == [])
    }
}
