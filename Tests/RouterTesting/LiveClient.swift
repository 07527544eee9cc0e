public import HTTPTypes
import Hummingbird
import TestServers

/// Sends requests to a `LiveServer`, all on one connection.
public final class LiveClient {
    private let connection: RawConnection
    private var received = ""

    /// Connects. Throws if nobody listens.
    public init(port: Int) throws {
        connection = try RawConnection(port: port)
    }

    /// The bytes of a request.
    public static func request(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: [UInt8] = []
    ) -> [UInt8] {
        let fields = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "\(method) \(uri) HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    /// Sends bytes, such as those of several requests, and returns this many answers. Throws if the connection is
    /// closed before they are there, or if they do not come in time.
    public func exchange(_ bytes: [UInt8], answers count: Int = 1) async throws -> [RouterAnswer] {
        var rest = bytes[...]
        var answers: [RouterAnswer] = []
        return try await until("the server sends \(count) answers") {
            var isMoving = true
            while isMoving {
                // A server that has refused a request takes no more of it.
                let sent = rest.isEmpty ? 0 : connection.sendSome(rest) ?? rest.count
                rest = rest.dropFirst(sent)
                let part = connection.read()
                received += part.text
                while let answer = try takeAnswer() { answers.append(answer) }
                if answers.count >= count { return answers }
                if part.isClosed { throw TestFailure("closed after \(answers.count) answers: \(received)") }
                isMoving = sent > 0 || !part.text.isEmpty
            }
            return nil
        }
    }

    /// Takes the first answer out of what has been received, if all of it is there.
    private func takeAnswer() throws -> RouterAnswer? {
        guard let end = received.utf8.firstRange(of: "\r\n\r\n".utf8) else { return nil }
        let lines = received[..<end.lowerBound].split(separator: "\r\n")
        var fields = HTTPFields()
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else {
                throw TestFailure("no field: \(line)")
            }
            fields.append(HTTPField(name: name, value: String(parts[1].drop { $0 == " " })))
        }
        guard let length = fields[.contentLength].flatMap({ Int($0) }),
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw TestFailure("no answer: \(received)") }
        let rest = received.utf8[end.upperBound...]
        guard rest.count >= length else { return nil }
        let body = Array(rest.prefix(length))
        received = String(decoding: rest.dropFirst(length), as: UTF8.self)
        return RouterAnswer(status: .init(code: status), headers: fields, body: ByteBuffer(bytes: body))
    }
}
