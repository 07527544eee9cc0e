import JobCore
import StageKit

/// The JSON of every error answer, of the admin API and of the callback endpoint alike.
enum ErrorSchema {
    static let name = "Error"
    private static let fieldName = "FieldError"

    static let all: [String: JSONSchema] = [
        name: body, fieldName: field, "ErrorCode": .choice(of: APIErrorCode.self),
        "FieldErrorCode": .choice(of: FieldError.Code.self),
        // Both interfaces show it elsewhere, too.
        "ExecutionStatus": .choice(of: ExecutionStatus.self),
    ]

    private static let body: JSONSchema = .object(
        [
            .required("code", .reference("ErrorCode"), "The kind of the error, for programs."),
            .required("message", .string(), "For people."),
            .required("request_id", .string(), "The id of this request. The log has it, too."),
            .required(
                "errors", .list(of: .reference(fieldName)),
                "All mistakes in the body or in the query; empty for most codes."),
            .optional(
                "status", .reference("ExecutionStatus"),
                "Of a callback that comes too late: the status of its execution."),
            .optional("execution_id", .uuid, "Of a job that was refused: the execution that tested its target."),
        ], isOpen: true
    ).described("An error.")

    private static let field: JSONSchema = .object(
        [
            .required("field", .string(), "A JSON pointer (RFC 6901) to the field; empty for the whole document."),
            .required("code", .reference("FieldErrorCode"), "The kind of the mistake, for programs."),
            .required("message", .string(), "What is wrong."),
            .required("hint", .string(), "What would be right."),
        ], isOpen: true
    ).described("One mistake in a document.")
}
