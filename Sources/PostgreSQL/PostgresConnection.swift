import CPostgreSQL
import Glibc

/// One connection, in libpq's pipeline mode: what is sent together is one round trip. It belongs to one thread.
final class PostgresConnection {
    /// A statement that is to be sent.
    private struct Request {
        var sql: String
        var values: [PostgresValue]
        /// The statement's name at the server; empty for one that is sent once.
        var name: String
    }

    /// What a result that is to come belongs to.
    private enum Expected {
        case prepared(sql: String)
        case answer
    }

    /// The statements that a connection keeps. Dynamic ones are not among them.
    private static let preparedMax = 256
    private static let planAgeMax = Duration.seconds(5)
    /// The server's own limit for a statement ends before.
    private static let answerMaxMilliseconds: Int64 = 30_000

    private let raw: OpaquePointer
    private let interruption: WaitInterruption
    private var prepared: Set<String> = []
    private var names: [String: String] = [:]
    private var waiting: [Request] = []
    private(set) var isBroken = false
    private var plannedAt = ContinuousClock.now

    /// Connects, and blocks meanwhile. `interruption` ends the waits for answers.
    init(_ options: PostgresOptions, interruption: WaitInterruption) throws(PostgresError) {
        self.interruption = interruption
        let keywords = options.parameters.map { ($0.key, $0.value) }
        let connected = Self.withCStrings(keywords.map(\.0)) { names in
            Self.withCStrings(keywords.map(\.1)) { values in PQconnectdbParams(names, values, 0) }
        }
        guard let connected else { throw PostgresError(state: nil, message: "out of memory") }
        // All is set, so `deinit` closes the connection also if this throws.
        raw = connected
        guard PQstatus(raw) == CONNECTION_OK else {
            let message = Self.message(raw)
            let state = Self.connectState(message)
            throw PostgresError(state: state, message: message)
        }
        belfry_pg_ignore_notices(raw)
        guard PQsetnonblocking(raw, 1) == 0, PQenterPipelineMode(raw) == 1 else {
            let message = Self.message(raw)
            throw PostgresError(state: nil, message: message)
        }
    }

    deinit { PQfinish(raw) }

    /// The server's version, such as 150018.
    var serverVersion: Int { Int(PQserverVersion(raw)) }

    /// Whether the server has sent anything while the connection was not used: most often that it closes it.
    func isClosedByServer() -> Bool {
        var socket = pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) > 0
    }

    /// Adds a statement, which is sent with the next one whose answer is waited for. `isKept` has the server keep its
    /// plan.
    func enqueue(_ sql: String, _ values: [PostgresValue], isKept: Bool) {
        var name = ""
        if isKept {
            if let known = names[sql] {
                name = known
            } else if names.count < Self.preparedMax {
                name = "s\(names.count)"
                names[sql] = name
            }
        }
        waiting.append(Request(sql: sql, values: values, name: name))
    }

    /// Whether a statement waits to be sent.
    var isWaiting: Bool { !waiting.isEmpty }

    /// Whether the server has a transaction open for this connection, which may have failed.
    var isInTransaction: Bool { PQtransactionStatus(raw) != PQTRANS_IDLE }

    /// Has the server plan its statements anew, if it did not lately: a plan that was made for few rows serves many
    /// badly, and the server itself would keep it until the table is analyzed.
    func renewPlans() {
        guard ContinuousClock.now - plannedAt > Self.planAgeMax else { return }
        plannedAt = .now
        enqueue("DISCARD PLANS", [], isKept: false)
    }

    /// Forgets what was not sent.
    func forgetWaiting() { waiting = [] }

    /// Sends what waits, and returns the answers in order. Throws the first error; the server then has done none of
    /// what follows it.
    func roundTrip() throws(PostgresError) -> [PostgresRows] {
        let requests = waiting
        waiting = []
        do {
            var expected: [Expected] = []
            for request in requests {
                if !request.name.isEmpty, !prepared.contains(request.sql) {
                    try check(PQsendPrepare(raw, request.name, request.sql, 0, nil))
                    expected.append(.prepared(sql: request.sql))
                    // Sent once, also if the same statement follows in this round trip.
                    prepared.insert(request.sql)
                }
                try send(request)
                expected.append(.answer)
            }
            try check(PQpipelineSync(raw))
            try flush()
            return try receive(expected, count: requests.count)
        } catch {
            if error.endsConnection || PQstatus(raw) != CONNECTION_OK { isBroken = true }
            throw error
        }
    }

    private func send(_ request: Request) throws(PostgresError) {
        // Never empty: an empty value has an address, too, and without one it would be null.
        var bytes: [UInt8] = [0]
        // The end of each value in `bytes`; nil for null.
        let ends = request.values.map { $0.encode(into: &bytes) ? bytes.count : nil }
        let sent = bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                var start = 1
                var pointers: [UnsafePointer<CChar>?] = []
                var lengths: [CInt] = []
                for end in ends {
                    pointers.append(end == nil ? nil : bytes.baseAddress.map { $0 + start })
                    lengths.append(CInt((end ?? start) - start))
                    start = end ?? start
                }
                let count = CInt(pointers.count)
                let formats = [CInt](repeating: 1, count: pointers.count)
                guard request.name.isEmpty else {
                    return PQsendQueryPrepared(raw, request.name, count, pointers, lengths, formats, 1)
                }
                let types = request.values.map(\.type)
                return PQsendQueryParams(raw, request.sql, count, types, pointers, lengths, formats, 1)
            }
        }
        try check(sent)
    }

    /// Writes what libpq holds, and reads meanwhile: a server whose own answers nobody reads would read nothing more.
    private func flush() throws(PostgresError) {
        while true {
            let left = PQflush(raw)
            if left == 0 { return }
            guard left > 0 else { throw lost() }
            let ready = try wait(for: POLLIN | POLLOUT)
            if ready & Int16(POLLIN) != 0, PQconsumeInput(raw) == 0 { throw lost() }
        }
    }

    private func receive(_ expected: [Expected], count: Int) throws(PostgresError) -> [PostgresRows] {
        var answers: [PostgresRows] = []
        answers.reserveCapacity(count)
        var failure: PostgresError?
        for item in expected {
            guard let result = try nextResult() else { throw lost() }
            let status = PQresultStatus(result)
            if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
                if case .answer = item { answers.append(PostgresRows(result)) } else { PQclear(result) }
            } else {
                if failure == nil, status != PGRES_PIPELINE_ABORTED { failure = Self.error(of: result) }
                if case .prepared(let sql) = item { prepared.remove(sql) }
                PQclear(result)
            }
            // Each answer ends with null.
            if let more = try nextResult() {
                PQclear(more)
                throw lost()
            }
        }
        guard let end = try nextResult() else { throw lost() }
        let isSync = PQresultStatus(end) == PGRES_PIPELINE_SYNC
        PQclear(end)
        if let failure { throw failure }
        guard isSync, answers.count == count else { throw lost() }
        return answers
    }

    private func nextResult() throws(PostgresError) -> OpaquePointer? {
        while PQisBusy(raw) == 1 {
            _ = try wait(for: POLLIN)
            if PQconsumeInput(raw) == 0 { throw lost() }
        }
        return PQgetResult(raw)
    }

    /// Waits until the socket is ready. Throws when the call is cancelled, or when the server is silent for too long:
    /// the connection is then given up, and the server ends what it does for it.
    private func wait(for events: CInt) throws(PostgresError) -> Int16 {
        var descriptors = [
            pollfd(fd: PQsocket(raw), events: Int16(events), revents: 0),
            pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, 2, CInt(Self.answerMaxMilliseconds))
        if ready < 0, errno == EINTR { return 0 }
        if descriptors[1].revents != 0 {
            isBroken = true
            throw PostgresError(state: nil, message: "the call was cancelled")
        }
        guard ready > 0 else {
            isBroken = true
            throw PostgresError(state: nil, message: "no answer for \(Self.answerMaxMilliseconds / 1_000) s")
        }
        return descriptors[0].revents
    }

    private func check(_ success: CInt) throws(PostgresError) {
        guard success == 1 else { throw lost() }
    }

    private func lost() -> PostgresError {
        isBroken = true
        let message = Self.message(raw)
        return PostgresError(state: nil, message: message.isEmpty ? "the connection was lost" : message)
    }

    private static func message(_ raw: OpaquePointer) -> String {
        PQerrorMessage(raw).map { String(cString: $0) } ?? ""
    }

    private static func error(of result: OpaquePointer) -> PostgresError {
        func field(_ code: CInt) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let parts = [field(belfry_pg_message), field(belfry_pg_detail)].compactMap(\.self)
        return PostgresError(state: field(belfry_pg_state), message: parts.joined(separator: ": "))
    }

    /// libpq gives no code with an error of a connection. The code tells a wrong password or name from a server that is
    /// not there, so these are told by the server's words, which it says in English to those who don't ask otherwise.
    private static func connectState(_ message: String) -> String? {
        if message.contains("password authentication failed") || message.contains("no password supplied") {
            return "28P01"
        }
        if message.contains("database \"") && message.contains("does not exist") { return "3D000" }
        if message.contains("role \"") && message.contains("does not exist") { return "28000" }
        return nil
    }

    private static func withCStrings<Value>(
        _ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies.map { $0.map { UnsafePointer($0) } } + [nil])
    }
}
