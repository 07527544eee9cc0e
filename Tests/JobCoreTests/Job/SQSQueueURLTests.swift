import JSON
import Testing

@testable import JobCore

@Suite struct `The URL of a queue on SQS` {
    private static let endpoint = "http://127.0.0.1:5000"
    private static let path = "/123456789012/jobs"

    @Test(arguments: [
        ("https://sqs.eu-west-1.amazonaws.com", "eu-west-1"), ("https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://SQS.us-gov-east-1.amazonaws.com:443", "us-gov-east-1"), ("https://queue.amazonaws.com", "us-east-1"),
        ("https://us-west-2.queue.amazonaws.com", "us-west-2"),
        ("https://sqs-fips.us-east-2.amazonaws.com", "us-east-2"),
        ("https://vpce-0ab1-cd2-us-east-1a.sqs.us-east-1.vpce.amazonaws.com", "us-east-1"),
    ]) func `names a host of AWS with a region`(origin: String, region: String) throws {
        let queue = try SQSQueueURL(origin + Self.path)
        #expect(queue.region == region && queue.name == "jobs" && !queue.isFIFO)
        #expect(queue.requestURL == TargetURL.origin(of: origin) + "/")
        #expect(try SQSQueueURL(origin + Self.path, endpoint: Self.endpoint).requestURL == Self.endpoint + "/")
    }

    @Test(arguments: [
        "http://sqs.eu-west-1.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com:8443", "https://example.com",
        "https://sqs.eu-west-1.amazonaws.com.example.com", "https://eu-west-1.amazonaws.com", "https://amazonaws.com",
        "https://sqs.eu-west-1.evil.amazonaws.com", "https://s3.eu-west-1.amazonaws.com", "https://10.0.0.1",
        "https://evil.sqs.eu-west-1.vpce.amazonaws.com", "https://sqs.eu_west-1.amazonaws.com",
        "https://sqs.eu-west.amazonaws.com", "https://sqs.eu-west-123.amazonaws.com", "https://sqs..amazonaws.com",
        "https://queue.amazonaws.com.cn", "https://u:p@sqs.eu-west-1.amazonaws.com", "http://127.0.0.1:5000",
        "https://sqs.eu-west-1.amazonaws.com.", "ftp://sqs.eu-west-1.amazonaws.com",
    ]) func `names no other host, to which a signed request would go`(origin: String) {
        #expect(throws: SQSQueueURL.Fault.self) { try SQSQueueURL(origin + Self.path) }
    }

    @Test func `may name the origin of the endpoint, without TLS and without a region`() throws {
        let queue = try SQSQueueURL("http://127.0.0.1:5000/123456789012/jobs.fifo", endpoint: Self.endpoint)
        #expect(queue.region == nil && queue.isFIFO && queue.requestURL == "http://127.0.0.1:5000/")
        for other in ["http://127.0.0.1:5001", "https://127.0.0.1:5000", "http://127.0.0.2:5000"] {
            let error = #expect(throws: SQSQueueURL.Fault.self) {
                try SQSQueueURL(other + Self.path, endpoint: Self.endpoint)
            }
            #expect(error?.description.isEmpty == false)
        }
    }

    @Test(arguments: [
        "", "/", "/123456789012", "/123456789012/", "/12345678901/jobs", "/1234567890123/jobs", "/12345678901a/jobs",
        "/123456789012/jobs/", "/123456789012/a/b", "/123456789012/a.b", "/123456789012/.fifo", "/123456789012/a%20",
        "/123456789012/jobs?a=b", "/123456789012/jobs.fifo.fifo", "/123456789012/" + String(repeating: "a", count: 81),
    ]) func `has an account and a name, and nothing else`(path: String) {
        #expect(throws: SQSQueueURL.Fault.self) { try SQSQueueURL("https://sqs.eu-west-1.amazonaws.com\(path)") }
    }

    @Test func `of a job is judged when the job is put`() throws {
        func field(_ url: String, _ rules: TargetRules) -> String? {
            rules.fault(in: InvocationTarget(kind: .sqs, address: url))?.field
        }
        let aws = TargetRules(hasServiceBroker: false, pipelinePrefix: "belfry")
        let local = TargetRules(hasServiceBroker: false, pipelinePrefix: "belfry", sqsEndpoint: Self.endpoint)
        #expect(field("https://sqs.eu-west-1.amazonaws.com/123456789012/a", aws) == nil)
        #expect(field(Self.endpoint + Self.path, aws) == "/invocation_target")
        #expect(field(Self.endpoint + Self.path, local) == nil)
        #expect(field(Self.endpoint + Self.path, .anyInstallation) == nil)
        #expect(field("http://example.com/jobs", .anyInstallation) == "/invocation_target")
    }
}
