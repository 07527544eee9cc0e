import Glibc

/// A file could not be written or read now: the disk is full, is gone, or fails.
public struct ExportFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was to be done, with the path.
    var action: String
    /// The error number; nil if it is none of the system.
    var code: CInt?
    var reason: String

    init(_ action: String, reason: String) {
        (self.action, code, self.reason) = (action, nil, reason)
    }

    /// With the error that the system answered just now.
    init(system action: String) {
        let code = errno
        (self.action, self.code, reason) = (action, code, String(cString: strerror(code)))
    }

    public var description: String { "can't \(action): \(reason)" }

    /// For an answer of `/readyz`: without the path, which is logged.
    var outage: String {
        switch code {
        case ENOSPC, EDQUOT: "the disk of the events' files is full"
        default: "the events' files can't be written"
        }
    }
}

extension ExportFault {
    /// Answers what a system call did. Throws if it answered a negative number.
    @discardableResult
    static func check(_ answer: Int, _ action: @autoclosure () -> String) throws(ExportFault) -> Int {
        guard answer >= 0 else { throw ExportFault(system: action()) }
        return answer
    }

    /// Makes a folder's entries durable: a file that was made, renamed or removed there.
    static func syncFolder(_ path: String) throws(ExportFault) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ExportFault(system: "open \(path)") }
        defer { close(descriptor) }
        try check(Int(fsync(descriptor)), "sync \(path)")
    }
}
