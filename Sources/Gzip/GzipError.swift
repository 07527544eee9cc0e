/// Why zlib can do nothing now.
public enum GzipError: Error, Sendable, Equatable, CustomStringConvertible {
    case outOfMemory

    public var description: String { "zlib has no memory" }
}
