import HTTPClient
import Testing

@testable import SQS

@Suite struct `An answer of SQS` {
    private static func error(_ status: Int, _ body: String) -> SQSError? {
        let response = ClientResponse(status: status, body: Array(body.utf8), latencyMilliseconds: 1)
        do throws(SQSError) {
            _ = try SQSAnswer.body(of: .response(response))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException", "SlowDown", "KmsThrottled",
    ])
    func `that throttles asks for another attempt later, whatever its status`(code: String) {
        #expect(Self.error(400, #"{"__type":"com.amazonaws.sqs#\#(code)"}"#)?.kind == .busy)
        #expect(Self.error(503, #"{"__type":"\#(code)"}"#)?.kind == .busy)
    }

    @Test(arguments: [
        "QueueDoesNotExist", "InvalidMessageContents", "UnsupportedOperation", "InvalidAddress", "InvalidSecurity",
        "KmsDisabled", "KmsAccessDenied", "AccessDenied", "AccessDeniedException", "SignatureDoesNotMatch",
        "MissingParameter", "NeverSeenBefore",
    ])
    func `that refuses is final, and its code is for the record`(code: String) {
        let error = Self.error(400, #"{"__type":"com.amazonaws.sqs#\#(code)","message":"User: arn:aws:iam::1:x"}"#)
        #expect(error == SQSError(.refused, code: code, detail: "User: arn:aws:iam::1:x"))
    }

    @Test(arguments: [
        (429, "", SQSError.Kind.busy), (500, "{}", .unavailable), (502, "<html>", .unavailable),
        (503, "", .unavailable),
        (504, "", .unavailable), (500, #"{"__type":"InternalError"}"#, .unavailable),
        (400, #"{"__type":"RequestTimeout"}"#, .unavailable), (403, "", .refused), (302, "", .refused),
        (400, #"{"__type":"ExpiredToken"}"#, .credentials),
        (403, #"{"__type":"com.amazon.coral.service#ExpiredTokenException","Message":"m"}"#, .credentials),
        (403, #"{"__type":"InvalidClientTokenId"}"#, .credentials),
        (403, #"{"__type":"UnrecognizedClientException"}"#, .credentials),
    ])
    func `is judged by its code, or by its status if the code is unknown`(
        status: Int, body: String, kind: SQSError.Kind
    ) {
        #expect(Self.error(status, body)?.kind == kind)
    }

    @Test func `that is none is unavailable, unless the request could never be sent`() {
        for failure in ClientFailure.allCases {
            #expect(throws: SQSError.self) {
                try SQSAnswer.body(of: .failure(failure, detail: "10.0.0.1", latencyMilliseconds: 1))
            }
            do throws(SQSError) {
                _ = try SQSAnswer.body(of: .failure(failure, detail: "10.0.0.1", latencyMilliseconds: 1))
            } catch {
                let isFinal = [.badURL, .badRequest].contains(failure)
                #expect(error.kind == (isFinal ? .refused : .unavailable))
                #expect(!error.code.contains("10.0.0.1"), "the record must not show our network")
            }
        }
    }

    @Test(arguments: [
        ("com.amazonaws.sqs#QueueDoesNotExist", "QueueDoesNotExist"),
        ("AWS.SimpleQueueService.X", "AWS.SimpleQueueService.X"),
        ("ns#Code:http://a", "Code"), ("", ""), ("a b", ""), ("<script>", ""), (String(repeating: "a", count: 65), ""),
    ])
    func `has the code after the last number sign, and nothing that is no code`(type: String, code: String) {
        #expect(SQSAnswer.code(type) == code)
    }

    @Test func `to a message must have the MD5 of its body`() throws {
        let sent = Array("This is a test message".utf8)
        let right = #"{"MessageId":"m-1","MD5OfMessageBody":"fafb00f5732ab283681e124bf8747ed1"}"#
        #expect(try SQSAnswer.messageID(in: Array(right.utf8), sent: sent) == "m-1")
        for wrong in [right.replacing("fafb", with: "fafc"), #"{"MessageId":"m-1"}"#, "", "<html>"] {
            let error = #expect(throws: SQSError.self) { try SQSAnswer.messageID(in: Array(wrong.utf8), sent: sent) }
            #expect(error?.kind == .unavailable)
        }
    }

    @Test func `with messages gives their bodies, their attributes and how often they were received`() throws {
        let body = """
            {"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":"This is a test message",
            "MD5OfBody":"fafb00f5732ab283681e124bf8747ed1","Attributes":{"ApproximateReceiveCount":"3"},
            "MessageAttributes":{"x-belfry-token":{"DataType":"String","StringValue":"t"},
            "b":{"DataType":"Binary","BinaryValue":"AA=="}}},
            {"MessageId":"n","ReceiptHandle":"i","Body":"damaged","MD5OfBody":"fafb00f5732ab283681e124bf8747ed1"}]}
            """
        let messages = try SQSAnswer.messages(in: Array(body.utf8))
        #expect(messages.map(\.id) == ["m"])
        #expect(messages.first?.attributes == ["x-belfry-token": "t"] && messages.first?.receiveCount == 3)
        #expect(try SQSAnswer.messages(in: Array("{}".utf8)).isEmpty)
    }

    @Test func `to a deletion names what is not deleted`() throws {
        func codes(_ body: String) throws -> [String] { try SQSAnswer.codesOfNotDeleted(in: Array(body.utf8)) }
        #expect(try codes(#"{"Successful":[{"Id":"0"}],"Failed":[]}"#).isEmpty)
        #expect(try codes("{}").isEmpty)
        let failed = #"{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"ReceiptHandleIsInvalid"},{"Id":"2"}]}"#
        #expect(try codes(failed) == ["ReceiptHandleIsInvalid", ""])
    }
}
