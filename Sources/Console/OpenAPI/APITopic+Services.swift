import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit

extension APITopic {
    /// The services are listed.
    static let services = APITopic(
        "Services", "Services that have jobs.", operations: [listServices],
        schemas: [
            "Service": .object(
                [
                    .required("service_name", .name), .required("jobs", .integer(), "All jobs, disabled ones, too."),
                    .required("disabled", .integer()), .required("paused", .integer()),
                ], isOpen: true
            ).described("A service, and how many jobs it has."),
            "ServiceList": .page(of: "Service"),
        ])

    private static let listServices = APIOperation.keyed(
        "listServices", .get, "/services", "List services",
        parameters: [
            .query("service_name", .name, "Only this service."), .limit(max: 1_000, default: 100), .more,
        ],
        answers: [APIAnswer(200, "The services, ordered by name.", APIBody(.reference("ServiceList")))],
        errors: [.forbidden, .invalid])
}
