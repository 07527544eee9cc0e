import JSON
import OpenAPI

extension APIParameter {
    /// The service in a path.
    static let service = path("service", .name, "The name of the service.")
    /// The job in a path.
    static let job = path("job", .name, "The name of the job within its service.")
    /// The execution in a path.
    static let execution = path("id", .uuid, "The id of the execution.")

    /// The tag in a path.
    static let tag = path("tag", .tag.except([".", ".."]), "The tag.")

    /// The preconditions of a request about a job (RFC 9110, section 13).
    static let preconditions: [APIParameter] = [
        header("If-Match", .entityTags, "Only if the job has one of these versions; with `*` if there is a job."),
        header("If-None-Match", .entityTags, "Only if the job has none of these versions; with `*` if there is none."),
    ]

    /// The most results on a page.
    static func limit(max: Int64, default value: Int64) -> APIParameter {
        query("limit", .integer(1...max).with(default: .integer(value)), "The most results on the page.")
    }

    /// The token of a page.
    static let more = query("more", .string(lengthMin: 1), "`paging.more` of the page before.")
}
