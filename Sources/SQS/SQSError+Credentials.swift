extension SQSError {
    /// Codes that refuse the caller and not the request, beside those of the kind `credentials`.
    private static let callerCodes: Set<String> = [
        "IncompleteSignature", "InvalidAccessKeyId", "InvalidSignatureException", "MissingAuthenticationToken",
        "NotAuthorized", "RequestExpired", "SignatureDoesNotMatch",
    ]

    /// Whether our credentials are missing or not accepted: it says nothing about the queue. A lack of permissions
    /// (`AccessDenied`) is about the queue.
    public var isAboutCredentials: Bool {
        kind == .credentials || Self.callerCodes.contains(code)
            || SQSError(status: 400, code: code, detail: "").kind == .credentials
    }
}
