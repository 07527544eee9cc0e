import Crypto
import Foundation
import JSON
public import JobCore

/// A message to a queue, as SQS takes it.
public struct SQSMessage: Sendable, Equatable {
    /// UTF-8.
    public let body: [UInt8]
    /// Texts, by name.
    public let attributes: [String: String]
    /// Only for a FIFO queue: messages of a group are received in order.
    public let groupID: String?
    /// Only for a FIFO queue: within five minutes SQS takes a message with this id once.
    public let deduplicationID: String?

    /// The message of an invocation. In a FIFO queue the job is the group, and the execution is what is taken once.
    public init(
        body: [UInt8], attributes: [String: String], queue: SQSQueueURL, jobName: JobName, executionID: ExecutionID
    ) {
        self.init(
            body: body, attributes: attributes, queue: queue, groupID: Self.group(of: jobName),
            deduplicationID: executionID.description)
    }

    /// A message whose group and whose deduplication id count only in a FIFO queue.
    public init(
        body: [UInt8], attributes: [String: String], queue: SQSQueueURL, groupID: String, deduplicationID: String
    ) {
        self.body = body
        self.attributes = attributes
        self.groupID = queue.isFIFO ? groupID : nil
        self.deduplicationID = queue.isFIFO ? deduplicationID : nil
    }

    /// What SQS counts against the limit of a message.
    public var bytes: Int {
        attributes.reduce(body.count) { $0 + SQSMessageRules.bytes(ofAttribute: $1.key, value: $1.value) }
    }

    /// The body of `SendMessage`.
    func request(to queue: SQSQueueURL) -> JSONValue {
        var fields: [String: JSONValue] = [
            "QueueUrl": .string(queue.text), "MessageBody": .string(String(decoding: body, as: UTF8.self)),
            "MessageAttributes": .object(
                attributes.mapValues { .object(["DataType": .string("String"), "StringValue": .string($0)]) }),
        ]
        if let groupID { fields["MessageGroupId"] = .string(groupID) }
        if let deduplicationID { fields["MessageDeduplicationId"] = .string(deduplicationID) }
        return .object(fields)
    }

    /// `service/job`, or its SHA-256 if SQS would not take that.
    static func group(of name: JobName) -> String {
        let text = name.description
        if SQSMessageRules.isGroup(text) { return text }
        return hexadecimal(SHA256.hash(data: Data(text.utf8)))
    }

    /// The MD5 of a body, with which SQS says what it has received. It finds damage, and is no protection.
    static func md5(of body: [UInt8]) -> String {
        hexadecimal(Insecure.MD5.hash(data: Data(body)))
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
