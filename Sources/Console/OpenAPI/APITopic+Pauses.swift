import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit

extension APITopic {
    /// Jobs, services and tags are paused and resumed.
    static let pauses = APITopic(
        "Pauses", "An operator's pauses of jobs, of services and of tags.",
        operations: [
            listPauses,
            pause("Job", jobPath, [.service, .job], jobErrors), resume("Job", jobPath, [.service, .job], jobErrors),
            pause("Service", "/services/{service}", [.service]), resume("Service", "/services/{service}", [.service]),
            pause("Tag", "/tags/{tag}", [.tag]), resume("Tag", "/tags/{tag}", [.tag]),
        ],
        schemas: PauseSchemas.all)

    private static let jobPath = "/services/{service}/jobs/{job}"
    private static let jobErrors: [APIErrorCode] = [.notFound, .unreadableRecord]
    private static let errors: [APIErrorCode] = [.forbidden, .conflict, .invalid]

    private static let listPauses = APIOperation.keyed(
        "listPauses", .get, "/pauses", "List the pauses in force",
        parameters: [
            .query("service_name", .name, "Those of this service and of its jobs."), .limit(max: 1_000, default: 100),
            .more,
        ],
        answers: [APIAnswer(200, "The pauses.", APIBody(.reference("PauseList")))], errors: [.forbidden, .invalid])

    private static func pause(
        _ subject: String, _ path: String, _ names: [APIParameter], _ more: [APIErrorCode] = []
    ) -> APIOperation {
        .keyed(
            "pause\(subject)", .post, "\(path)/pause", "Pause a \(subject.lowercased())", parameters: names,
            body: APIBody(
                .reference("PauseInput"), examples: ["note": .object(["note": .string("moving the database")])],
                isRequired: false),
            answers: [APIAnswer(200, "The pause.", APIBody(.reference("Pause")))], errors: errors + more)
    }

    private static func resume(
        _ subject: String, _ path: String, _ names: [APIParameter], _ more: [APIErrorCode] = []
    ) -> APIOperation {
        .keyed(
            "resume\(subject)", .post, "\(path)/resume", "Resume a \(subject.lowercased())", parameters: names,
            answers: [APIAnswer(200, "The pause that has ended.", APIBody(.reference("Pause")))],
            errors: errors + more)
    }
}
