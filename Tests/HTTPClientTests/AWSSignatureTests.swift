import Foundation
import HTTPClient
import JSON
import TestServers
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A request that is signed for AWS` {
    private static let key = "AKIDEXAMPLE"
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    private static func signature(token: String? = nil, region: String = "eu-west-1") -> AWSSignature {
        AWSSignature(
            accessKeyID: key, secretAccessKey: secret, sessionToken: token, region: region, service: "sqs")
    }

    private static func request(_ url: String, _ signature: AWSSignature?) -> ClientRequest {
        ClientRequest(
            url: url,
            headers: [
                .init(name: "Content-Type", value: "application/x-amz-json-1.0"),
                .init(name: "X-Amz-Target", value: "AmazonSQS.SendMessage"),
            ], body: Array("{\"MessageBody\":\"ä\\u0000 x\"}".utf8), signature: signature)
    }

    @Test(arguments: [nil, "IQoJb3JpZ2luX2VjEXAMPLE//+=="])
    func `has the signature that botocore computes from the bytes received`(token: String?) async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let url = server.url()
            #expect(await client.send(Self.request(url, Self.signature(token: token))).response?.status == 200)
            let received = try #require(await server.waitForRequests(1).first)
            #expect(received.headers["x-amz-security-token"] == token)
            let authorization = try #require(received.headers["authorization"])
            #expect(authorization.contains("Credential=\(Self.key)/") && authorization.contains("/eu-west-1/sqs/"))
            let names = try #require(authorization.firstMatch(of: #/SignedHeaders=([^,]*)/#)).1
            for name in ["host", "x-amz-date", "x-amz-target"] + (token == nil ? [] : ["x-amz-security-token"]) {
                #expect(names.split(separator: ";").contains(name[...]), "\(name) is signed")
            }
            let expected = try await MotoServer.signature(
                of: .object([
                    "url": .string(url), "headers": .object(received.headers.mapValues { .string($0) }),
                    "body": .string(Data(received.body).base64EncodedString()), "key": .string(Self.key),
                    "secret": .string(Self.secret), "region": .string("eu-west-1"), "service": .string("sqs"),
                ]))
            #expect(authorization.hasSuffix("Signature=\(expected ?? "none")"))
        }
    }

    @Test func `leaves nothing behind for the next request over the same handle`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            _ = await client.send(Self.request(server.url(), Self.signature(token: "token")))
            _ = await client.send(Self.request(server.url(), nil))
            let received = await server.waitForRequests(2)
            #expect(received.first?.headers["authorization"] != nil)
            #expect(received.last?.headers["authorization"] == nil)
            #expect(received.last?.headers["x-amz-security-token"] == nil)
        }
    }

    @Test func `is refused before it is sent if libcurl could not sign it as it is`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let url = server.url()
            var requests = [Self.request(url, Self.signature(region: "eu:west")), Self.request(url, Self.signature())]
            requests[1].method = "GET"
            for change: (inout AWSSignature) -> Void in [
                { $0.accessKeyID = "a:b" }, { $0.accessKeyID = "" }, { $0.secretAccessKey = "a b" },
                { $0.sessionToken = "a\r\nX: y" },
            ] {
                var signature = Self.signature()
                change(&signature)
                requests.append(Self.request(url, signature))
            }
            var own = Self.request(url, Self.signature())
            own.headers.append(.init(name: "Authorization", value: "x"))
            for request in requests + [own] { #expect(await client.send(request).failure == .badRequest) }
            #expect(await server.accepted == 0)
        }
    }

    @Test func `shows no secret when it is printed or dumped`() {
        var request = Self.request("http://127.0.0.1/", Self.signature(token: "the-token"))
        request.body = []
        var text = "\(request) \(String(reflecting: request)) \(Self.signature())"
        dump(request, to: &text)
        for secret in [Self.key, Self.secret, "the-token"] { #expect(!text.contains(secret)) }
    }
}
