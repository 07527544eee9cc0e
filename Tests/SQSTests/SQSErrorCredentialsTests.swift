import SQS
import Testing

@Suite struct `An error of SQS about credentials` {
    @Test(arguments: [
        ("ExpiredToken", true), ("ExpiredTokenException", true), ("InvalidAccessKeyId", true),
        ("InvalidClientTokenId", true), ("InvalidToken", true), ("UnrecognizedClientException", true),
        ("IncompleteSignature", false), ("MissingAuthenticationToken", false), ("RequestExpired", false),
        ("SignatureDoesNotMatch", false),
    ]) func `is told by its code, also when the credentials were refused twice`(code: String, mayHaveOthers: Bool) {
        let error = SQSError(.refused, code: code)
        #expect(error.isAboutCredentials && error.mayHaveOtherCredentials == mayHaveOthers)
    }

    @Test func `is the lack of credentials, and not that of a queue or of a permission`() {
        let error = SQSError(.credentials, code: "no AWS credentials")
        #expect(error.isAboutCredentials && error.mayHaveOtherCredentials)
        for code in ["AccessDenied", "QueueDoesNotExist", "KmsAccessDenied", "", "status 403"] {
            #expect(!SQSError(.refused, code: code).isAboutCredentials)
        }
        #expect(!SQSError(.busy, code: "Throttling").isAboutCredentials)
    }
}
