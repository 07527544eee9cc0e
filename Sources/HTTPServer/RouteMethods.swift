import HTTPTypes

/// The methods of each path that a router has. Pure.
struct RouteMethods: Sendable {
    private struct Route {
        /// The parts of the path between slashes; nil for a part that a parameter takes.
        var parts: [Substring?]
        var method: HTTPRequest.Method
    }

    private let routes: [Route]

    /// Takes the templates of a router, such as `/services/{service}/jobs`.
    init(_ routes: [(path: String, method: HTTPRequest.Method)]) {
        self.routes = routes.map { path, method in
            Route(parts: Self.parts(path[...]).map { $0.hasPrefix("{") ? nil : $0 }, method: method)
        }
    }

    /// The methods of a path, in alphabetical order, if it has routes and none of them has this method. Nil otherwise.
    func allowed(at path: String, besides method: HTTPRequest.Method) -> [HTTPRequest.Method]? {
        let parts = Self.parts(path[...])
        let found = routes.filter { route in
            route.parts.count == parts.count && zip(route.parts, parts).allSatisfy { $0 == nil || $0 == $1 }
        }.map(\.method)
        guard !found.isEmpty, !found.contains(method) else { return nil }
        let methods = Set(found + (found.contains(.get) ? [.head] : []))
        return methods.sorted { $0.rawValue < $1.rawValue }
    }

    private static func parts(_ path: Substring) -> [Substring] {
        path.split(separator: "/")
    }
}
