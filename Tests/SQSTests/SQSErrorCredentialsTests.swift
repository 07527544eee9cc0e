import SQS
import Testing

@Suite struct `An error of SQS about credentials` {
    @Test(arguments: [
        "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId", "InvalidToken",
        "MissingAuthenticationToken", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
    ]) func `is told by its code, also when the credentials were refused twice`(code: String) {
        #expect(SQSError(.refused, code: code).isAboutCredentials)
    }

    @Test func `is the lack of credentials, and not that of a queue or of a permission`() {
        #expect(SQSError(.credentials, code: "no AWS credentials").isAboutCredentials)
        for code in ["AccessDenied", "QueueDoesNotExist", "KmsAccessDenied", "", "status 403"] {
            #expect(!SQSError(.refused, code: code).isAboutCredentials)
        }
        #expect(!SQSError(.busy, code: "Throttling").isAboutCredentials)
    }
}
