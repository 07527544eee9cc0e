import JobCore

extension Job {
    /// About the bytes that a delivery of this job takes in memory.
    var deliveryBytes: Int {
        headers.reduce(payload?.utf8.count ?? 0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
