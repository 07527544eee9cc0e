import JobCore
import OpenAPI

extension JSONSchema {
    /// The name of a service or of a job, as `JobName.fault(in:)` has it.
    static let name = string(lengthMax: 128, pattern: "^[A-Za-z0-9._-]+$").except([".", ".."])

    /// A tag of a job, as `JobDocument.isTag` has it.
    static let tag = string(lengthMin: 1, lengthMax: JobDocument.tagBytesMax)

    /// The name of a key, as `KeyName.fault(in:)` has it.
    static let keyName = string(lengthMax: 128, pattern: "^[A-Za-z0-9._-]+$")

    /// The scope of a new key, as `APIKey.Scope.init(new:)` has it.
    static let scope = string(
        lengthMax: 136, pattern: "^(admin|read|service:[A-Za-z0-9._-]+)$"
    ).except(["service:.", "service:.."])

    /// `*`, or entity tags with commas between them, as `JobConditions` reads them.
    static let entityTags: JSONSchema = {
        let tag = #"(W/)?"[ !#-~\u0080-\u00ff]*""#
        return string(pattern: #"^([ \t]*\*[ \t]*|[ \t,]*\#(tag)[ \t]*(,([ \t]*\#(tag))?[ \t]*)*)$"#)
    }()

    /// Milliseconds since 1970.
    static let milliseconds = integer(Instant.readableMilliseconds, format: "int64")

    /// A time in a query or in a body: RFC 3339, or milliseconds since 1970.
    static let instant = any(of: [time, milliseconds])

    /// One or both rules of `DSTPolicy`, in either order.
    static let dst = string(pattern: "^((skip|shift)(,(first|both))?|(first|both)(,(skip|shift))?)$")

    /// One page of a list of results.
    static func page(of item: String) -> JSONSchema {
        object(
            [
                .required("count", .integer(), "The results on this page."),
                .required("results", .list(of: .reference(item))),
                .required("paging", .reference("Paging")),
            ], isOpen: true
        ).described("One page of a list.")
    }

    /// `{"more": …}`
    static let paging: JSONSchema = .object(
        [.required("more", .string().orNull, "Leads to the next page, as the parameter `more`; null on the last one.")],
        isOpen: true
    ).described("The place of a page in its list.")
}
