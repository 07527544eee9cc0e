import Commands
import JSON
import JobCore
import Messaging
import Testing

@Suite struct `Conditions on dead letters` {
    private static let id = DeadLetterID(text: "4a01965e-53f8-5e10-91d0-3f4a7e34dd21")

    @Test(arguments: [
        (LetterConditions(), #"{"all":true}"#, ""),
        (LetterConditions(id: id), #"{"id":"4a01965e-53f8-5e10-91d0-3f4a7e34dd21"}"#, ""),
        (
            LetterConditions(queues: [.courierBulk, .dispatcherDue]), #"{"queue":["courier.bulk","dispatcher.due"]}"#,
            "queue=courier.bulk,dispatcher.due"
        ),
        (
            LetterConditions(
                service: "billing", job: "a", reason: "failing", error: "no route & more", olderThanSeconds: 90),
            #"{"error":"no route & more","job":"a","older_than_seconds":90,"reason":"failing","service":"billing"}"#,
            "error=no route & more,job=a,older_than_seconds=90,reason=failing,service=billing"
        ),
    ])
    func `are the fields of a request and the parameters of a list`(
        conditions: LetterConditions, fields: String, parameters: String
    ) {
        #expect(JSONValue.object(conditions.fields).text == fields)
        #expect(conditions.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: ",") == parameters)
        #expect(conditions.isEmpty == (fields == #"{"all":true}"#))
    }
}
