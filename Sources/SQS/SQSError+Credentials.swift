extension SQSError {
    /// Codes that refuse the way in which the request is signed, and not the request.
    private static let signatureCodes: Set<String> = [
        "IncompleteSignature", "IncompleteSignatureException", "InvalidSignatureException",
        "MissingAuthenticationToken", "MissingAuthenticationTokenException", "NotAuthorized", "RequestExpired",
        "SignatureDoesNotMatch",
    ]

    /// Whether our credentials are missing or not accepted: it says nothing about the queue. A lack of permissions
    /// (`AccessDenied`) is about the queue.
    public var isAboutCredentials: Bool { mayHaveOtherCredentials || Self.signatureCodes.contains(code) }

    /// Whether there are no credentials, or AWS says that they have ended or that it does not know them. Another
    /// attempt may find others.
    public var mayHaveOtherCredentials: Bool {
        kind == .credentials || SQSError(status: 400, code: code, detail: "").kind == .credentials
    }
}
