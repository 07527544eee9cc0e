/// The kind of a callback.
enum CallbackKind: Equatable {
    case processing(extendSeconds: Int64?)
    case success
    case fail

    var isFinal: Bool { self == .success || self == .fail }

    func text(progress: Int) -> String {
        switch self {
        case .processing(nil): #"{"status": "processing", "progress": \#(progress)}"#
        case .processing(let seconds?): #"{"status": "processing", "extend_seconds": \#(seconds)}"#
        case .success: #"{"status": "success", "summary": "done"}"#
        case .fail: #"{"status": "fail", "error": "out of paper"}"#
        }
    }
}
