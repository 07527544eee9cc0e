import JSON
import JobCore
import OpenAPI

/// The JSON of a batch, and of its answer.
///
/// `JobBoundsTests` hold the bounds against `JobBatchDocument`, which checks them.
enum JobBatchSchemas {
    static let all: [String: JSONSchema] = [
        "JobBatchInput": .object([
            .optional("put", list(of: "JobBatchPut").orNull),
            .optional("delete", list(of: "JobBatchDeletion").orNull),
        ]).described("Jobs to put and to delete: \(JobBatchDocument.jobsMax) together at most, each of them once."),
        "JobBatchPut": .object(put).described("A job that is put, with its name."),
        "JobBatchDeletion": .object(names + [etag]).described("A job that is deleted."),
        "JobBatch": .object(
            [
                .required("put", .list(of: .reference("JobBatchedJob"))),
                .required(
                    "deleted", .list(of: .reference("JobBatchedName")), "Those that were not there are left out."),
            ], isOpen: true
        ).described("What a batch has changed."),
        "JobBatchedJob": .object(
            names + [
                .required("created", .boolean, "False: the job was replaced."),
                .required("etag", .string(), "The version that the job has now."),
            ], isOpen: true
        ).described("A job that was put."),
        "JobBatchedName": .object(names, isOpen: true).described("A job that was deleted."),
    ]

    private static func list(of name: String) -> JSONSchema {
        .list(of: .reference(name), countMax: JobBatchDocument.jobsMax)
    }

    private static let names: [JSONSchema.Field] = [.required("service_name", .name), .required("job_name", .name)]

    private static let etag = JSONSchema.Field.optional(
        "etag", JSONSchema.string(lengthMax: 128).orNull,
        "The version that the job must have.")

    private static let put: [JSONSchema.Field] = {
        let own =
            names + [
                etag,
                .optional(
                    "create_only", JSONSchema.boolean.orNull, "True: there must be no such job, and no `etag` here."),
            ]
        return own + JobSchemas.input.filter { field in !own.contains { $0.name == field.name } }
    }()

    private static func name(_ job: String) -> [String: JSONValue] {
        ["service_name": .string("billing"), "job_name": .string(job)]
    }

    static let example: JSONValue = .object([
        "put": .array([.object(JobSchemas.exampleFields.merging(name("send-invoices")) { $1 })]),
        "delete": .array([.object(name("old"))]),
    ])

    static let answerExample: JSONValue = .object([
        "put": .array([
            .object(
                name("send-invoices").merging(
                    ["created": .bool(false), "etag": .string("9c1f0c8a9f1e4c7733d0a6f1b2c3d4e5")]) { $1 })
        ]),
        "deleted": .array([.object(name("old"))]),
    ])
}
