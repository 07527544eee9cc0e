import Hummingbird
import StageKit

extension Console {
    /// `GET /status`: what an operator looks at first. It is about the whole installation, so the key of a service may
    /// not read it.
    func getStatus(_ request: Request, _ context: KeyContext) async throws -> Response {
        try context.require(.read, of: nil)
        try Query(request).finish()
        return try .json(.ok, StatusView(reading: await status.read()))
    }
}
