import Hummingbird
import JobCore
import StageKit
import Store

/// A request with a valid key.
struct KeyContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let key: APIKey

    /// Throws `unauthorized` if no middleware has checked a key.
    init(context: ConsoleContext) throws {
        guard let key = context.key else { throw KeyMiddleware.unauthorized }
        self.key = key
        coreContext = context.coreContext
    }

    /// Throws `forbidden` unless the key may have this access to the service, or to all services for nil.
    func require(_ access: Access, of service: String?) throws(APIError) {
        switch Permission(access, of: service, for: key.scope) {
        case .granted: return
        case .readOnly: throw APIError(.forbidden, "The key “\(key.name)” may only read.")
        case .onlyService(let own):
            throw APIError(.forbidden, "The key “\(key.name)” is for the service “\(own)” only.")
        }
    }

    /// The job that the path names. Throws `InvalidDocument` if one of its names has a wrong form.
    func jobName() throws(InvalidDocument) -> JobName {
        let name = JobName(service: parameters.get("service") ?? "", job: parameters.get("job") ?? "")
        let errors = [("/service_name", name.service), ("/job_name", name.job)].compactMap { field, text in
            JobName.fault(in: text).map { FieldError(field: field, code: .invalid, message: $0) }
        }
        guard errors.isEmpty else { throw InvalidDocument(errors) }
        return name
    }
}
