import Foundation
public import JSON
public import Messaging

/// What the programs of an earlier version wrote: a folder of `Tests/Fixtures`, named like the version.
public struct Fixture: Sendable, CustomStringConvertible {
    public let version: String
    public var description: String { version }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// The fixtures of all versions.
    public static let all: [Fixture] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { $0.first?.isNumber == true }.sorted().map(Fixture.init)
    }()

    private init(version: String) {
        self.version = version
    }

    /// The path of a file such as `store.sqlite`.
    public func path(_ file: String) -> String {
        Self.root.appending(path: version).appending(path: file).path
    }

    /// The script that publishes messages of a fixture.
    public static let publisher = root.appending(path: "messages.py").path

    /// The C source of a library that lets a program run at another time of day.
    public static let clock = root.appending(path: "clock.c").path

    /// What the script that made the fixture knows of it.
    public func facts() throws -> JSONValue {
        try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: path("facts.json")))), limits: .trusted)
    }

    /// The messages of a file such as `messages.jsonl`.
    public func messages(_ file: String) throws -> [FixtureMessage] {
        let lines = try String(contentsOfFile: path(file), encoding: .utf8).split(separator: "\n")
        return try lines.enumerated().map { number, line in
            try FixtureMessage(parsing: String(line), tag: UInt64(number + 1))
        }
    }
}

/// A message of a fixture, as a consumer of its queue receives it.
public struct FixtureMessage: Sendable {
    /// The queue without the prefix.
    public var queue: String
    public var inbound: InboundMessage

    /// Reads a line of JSON. Throws if it is not as `messages.py` writes it.
    init(parsing line: String, tag: UInt64) throws {
        let message = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        queue = String(message.queue.dropFirst("belfry.".count))
        let headers = message.headers.compactMapValues { header in
            header.text ?? header.int.map(String.init)
        }
        inbound = InboundMessage(
            tag: MessageTag(epoch: 1, number: tag), exchange: message.exchange, routingKey: message.routingKey,
            headers: headers, id: message.properties.messageID, body: Array(message.body.utf8))
    }

    private struct Line: Decodable {
        let queue: String
        let exchange: String
        let routingKey: String
        let properties: Properties
        let headers: [String: Header]
        let body: String

        private enum CodingKeys: String, CodingKey {
            case queue, exchange, properties, headers, body
            case routingKey = "routing_key"
        }
    }

    private struct Properties: Decodable {
        let messageID: String?

        private enum CodingKeys: String, CodingKey { case messageID = "message_id" }
    }

    /// A header's value, as its AMQP type.
    private struct Header: Decodable {
        let text: String?
        let int: Int64?
    }
}
