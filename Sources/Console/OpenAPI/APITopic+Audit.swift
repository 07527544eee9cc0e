import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit
import Store

extension APITopic {
    /// The audit entries are listed.
    static let audit = APITopic(
        "Audit", "Who changed what, and when.", operations: [listAudit],
        schemas: [
            "AuditAction": .choice(of: AuditAction.self),
            "AuditEntry": .object(entry, isOpen: true).described("One change."),
            "AuditList": .page(of: "AuditEntry"),
        ])

    private static let entry: [JSONSchema.Field] = [
        .required("at", .time),
        .required("actor", .string(), "The name of the key, or `local:USER`."),
        .required("action", .reference("AuditAction")),
        .required("service_name", JSONSchema.string().orNull),
        .required("job_name", JSONSchema.string().orNull),
        .required("subject", JSONSchema.string().orNull, "What else was changed: an execution, a key, a tag."),
        .required("request_id", JSONSchema.string().orNull, "The `X-Request-Id` of the answer."),
        .required("before", .anything, "What was there; null for nothing."),
        .required("after", .anything, "What is there since; null for nothing."),
    ]

    private static let listAudit = APIOperation.keyed(
        "listAudit", .get, "/audit", "List changes",
        parameters: [
            .query("since", .instant, "Only changes at or after this time."),
            .query("until", .instant, "Only changes before this time."),
            .query("actor", .string(), "Only changes by this key."),
            .query("action", .reference("AuditAction"), "Only changes of this kind."),
            .query("service_name", .name, "Only changes of this service."),
            .query("job_name", .name, "Only changes of this job of the service."),
            .limit(max: 100, default: 100), .more,
        ],
        answers: [APIAnswer(200, "The entries, newest first.", APIBody(.reference("AuditList")))],
        errors: [.forbidden, .invalid])
}
