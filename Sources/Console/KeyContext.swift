import HTTPServer
import Hummingbird
import JobCore
import StageKit
import Store

/// A request with a valid key.
struct KeyContext: ChildRequestContext, RouteContext {
    var coreContext: CoreRequestContextStorage
    var route: RouteStorage
    let key: APIKey

    /// Throws `unauthorized` if no middleware has checked a key.
    init(context: ConsoleContext) throws {
        guard let key = context.key else { throw KeyMiddleware.unauthorized }
        self.key = key
        coreContext = context.coreContext
        route = context.route
    }

    /// The author of what this request changes.
    var author: ChangeAuthor { ChangeAuthor(name: key.name, requestID: route.requestID) }

    var mayManageKeys: Bool { Permission(.manageKeys, of: nil, for: key.scope) == .granted }

    /// Whether the key may know what there is of the service, or of all services for nil.
    func maySee(_ service: String?) -> Bool { Permission(.read, of: service, for: key.scope) == .granted }

    /// Throws `forbidden` unless the key may have this access to the service, or to all services for nil.
    func require(_ access: Access, of service: String?) throws(APIError) {
        switch Permission(access, of: service, for: key.scope) {
        case .granted: return
        case .readOnly: throw APIError(.forbidden, "The key “\(key.name)” may only read.")
        case .onlyService(let own):
            throw APIError(.forbidden, "The key “\(key.name)” is for the service “\(own)” only.")
        case .onlyAdmin:
            let purpose = access == .manageKeys ? "manage keys" : "handle dead letters"
            throw APIError(
                .forbidden, "The key “\(key.name)” may not \(purpose). Use one of the scope “admin”.")
        }
    }

    /// The service and the job that the path names, each nil if it names none. Throws `InvalidDocument` if a name has a
    /// wrong form: such a name is in no store, and an empty list would hide that it is mistyped.
    func pathNames() throws(InvalidDocument) -> (service: String?, job: String?) {
        let names = ["service", "job"].map { parameters.get($0) }
        let errors = zip(["/service_name", "/job_name"], names).compactMap { field, name in
            name.flatMap { JobName.fault(in: $0) }.map {
                FieldError(field: field, code: .invalid, message: $0, hint: JobName.hint)
            }
        }
        guard errors.isEmpty else { throw InvalidDocument(errors) }
        return (names[0], names[1])
    }

    /// The job that the path names. Throws `InvalidDocument` if one of its names has a wrong form.
    func jobName() throws(InvalidDocument) -> JobName {
        let names = try pathNames()
        return JobName(service: names.service ?? "", job: names.job ?? "")
    }
}
