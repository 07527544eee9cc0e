import HTTPTypes
import OpenAPI
import StageKit

extension APITopic {
    /// The state of the installation is shown.
    static let status = APITopic(
        "Status", "What an operator looks at first.", operations: [getStatus], schemas: StatusSchemas.all)

    private static let getStatus = APIOperation.keyed(
        "getStatus", .get, "/status", "Show the state of the installation",
        answers: [
            APIAnswer(
                200, "It answers so also while the broker or the store is unavailable.", APIBody(.reference("Status")))
        ],
        errors: [.forbidden, .invalid])
}
