import CoreMetrics

/// Counts the answers of the callback endpoint by their status.
struct CallbackAnswerCount: Sendable {
    private let answers = Dictionary(
        uniqueKeysWithValues: [202, 400, 401, 404, 405, 410, 413, 415, 422, 500, 503].map {
            ($0, Counter(label: "belfry_callbacks_total", dimensions: [("status", String($0))]))
        })

    func add(_ status: Int) {
        answers[status]?.increment()
    }
}
