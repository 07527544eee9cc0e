import HTTPTypes
import JSON
import OpenAPI
import StageKit

/// The OpenAPI document of the callback endpoint, with the webhook that its callbacks answer.
enum CallbackDescription {
    static let document = APIDescription(
        title: "Belfry: callback endpoint", summary: "Where services report about their runs.", needsKey: false,
        topics: [
            APITopic(
                "Callbacks", "Reports of a service about one execution.", operations: [sendCallback, nameEndpoint],
                schemas: CallbackSchemas.all.merging(WebhookSchemas.all) { own, _ in own })
        ], webhooks: ["invocation": receiveInvocation])

    private static let sendCallback: APIOperation = {
        var operation = APIOperation("sendCallback", .post, "/callback/{token}", "Report about a run")
        operation.parameters = [
            .path(
                "token", .string(lengthMin: 1, lengthMax: 256, pattern: "^[A-Za-z0-9._-]+$"),
                "The last part of `callback_url`. It is the permission, for this one execution.")
        ]
        operation.body = APIBody(
            .any(of: CallbackSchemas.names.map { .reference($0) }),
            examples: [
                "heartbeat": .object(["status": .string("processing"), "progress": .integer(40)]),
                "success": .object(["status": .string("success"), "summary": .string("500 sent")]),
                "failure": .object(["status": .string("fail"), "error": .string("the bank did not answer")]),
            ])
        operation.answers = [APIAnswer(202, "The broker has the callback.")]
        operation.errors = [.unauthorized, .gone] + APIOperation.bodyErrors + APIOperation.faults
        return operation
    }()

    private static let nameEndpoint: APIOperation = {
        var operation = APIOperation("nameEndpoint", .get, "/callback", "Which endpoint this is")
        let name = JSONSchema.Field.required(
            "endpoint", .string(lengthMin: 1, lengthMax: 16), "The name of this endpoint until it is started again.")
        operation.answers = [
            APIAnswer(
                200, "Another name in a later answer shows that several endpoints share the address.",
                APIBody(.object([name])))
        ]
        return operation
    }()

    /// What courierd sends to the target of a job.
    private static let receiveInvocation: APIOperation = {
        var operation = APIOperation("receiveInvocation", .post, "", "Take an invocation, and run")
        operation.parameters = WebhookSchemas.headers
        operation.body = APIBody(.reference("Invocation"), examples: ["first": WebhookSchemas.example])
        operation.answers = [
            .ofService("2XX", "The run has started; to a test, that a run would start."),
            .ofService("default", "Another attempt follows if it can help; otherwise the execution fails."),
        ]
        return operation
    }()
}
