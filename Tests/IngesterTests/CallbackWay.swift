import HTTPServer
import HTTPTypes
import Hummingbird
import Ingester
import RouterTesting

/// The ways by which callbacks come to their endpoint.
enum CallbackWay: CaseIterable, Sendable {
    /// Through the router, without a connection.
    case router
    /// On a connection to a server that has the direct route alone.
    case direct

    /// Sends one request. Throws if it is not answered.
    func send(
        to endpoint: CallbackEndpoint, uri: String, headers: HTTPFields,
        body: [UInt8]
    ) async throws -> RouterAnswer {
        switch self {
        case .router:
            return try await RouterClient(RouteResponder(endpoint.router())).execute(
                uri: uri, method: .post, headers: headers, body: ByteBuffer(bytes: body))
        case .direct:
            var answers: [RouterAnswer] = []
            try await LiveServer.run(direct: endpoint.direct, router: { Router(context: PlainContext.self) }) {
                server in
                answers = try await LiveClient(port: server.port).exchange(
                    LiveClient.request(uri: uri, method: .post, headers: headers, body: body))
            }
            return answers[0]
        }
    }
}
