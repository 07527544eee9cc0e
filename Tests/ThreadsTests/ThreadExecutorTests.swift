import Glibc
import Testing
import Threads

@Suite(.timeLimit(.minutes(1)))
struct ThreadExecutorTests {
    @Test func `all jobs of an executor run on its one thread`() async {
        let loop = Loop()
        let threads = await withTaskGroup(of: UInt.self) { group in
            for _ in 0..<200 { group.addTask { await loop.threadID() } }
            return await group.reduce(into: Set<UInt>()) { $0.insert($1) }
        }
        #expect(threads.count == 1)
        #expect(!threads.contains(UInt(pthread_self())))
    }

    @Test func `jobs run in the order in which they came`() async {
        let loop = Loop()
        for number in 0..<100 { await loop.append(number) }
        #expect(await loop.numbers == Array(0..<100))
    }

    @Test func `two executors are two threads`() async {
        let (first, second) = (Loop(), Loop())
        #expect(await first.threadID() != second.threadID())
    }

    @Test func `a task that waits elsewhere comes back to the thread`() async {
        let loop = Loop()
        #expect(await loop.threadsAroundAWait().count == 1)
    }

    @Test func `a broken pipe is an error on the thread and not a signal`() async {
        let loop = Loop()
        #expect(await loop.errorOfWritingToNobody() == EPIPE)
    }
}

extension Loop {
    fileprivate func threadsAroundAWait() async -> Set<UInt> {
        let before = threadID()
        await Task.detached {}.value
        return [before, threadID()]
    }

    fileprivate func errorOfWritingToNobody() -> CInt {
        let pair = SocketPair()
        pair.closeSecond()
        var byte: UInt8 = 1
        return write(pair.first, &byte, 1) < 0 ? errno : 0
    }
}
