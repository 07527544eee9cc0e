import JobCore

/// The values of a job's headers, such as the target's credentials, are shown to the scope `admin` only. A job that was
/// read with another key can still be put back: a hidden value stands for the one on record. Pure.
enum HiddenHeaders {
    /// Stands for a value that the key may not see.
    static let mask = "***"

    /// The headers with every value hidden.
    static func hidden(_ headers: [String: String]) -> [String: String] {
        headers.mapValues { _ in mask }
    }

    /// The headers of a job that is put, with the values on record in place of the hidden ones.
    ///
    /// Throws `InvalidDocument` for a hidden value of a header that is not on record, or of a job whose target is now
    /// another: a key that can't see the value could have it sent to an address of its own.
    static func restored(_ job: Job, from current: Job?) throws(InvalidDocument) -> [String: String] {
        // The same lane: the origin of a URL, else the type and the whole address.
        let isSameTarget = current.map { $0.target.lane == job.target.lane }
        var headers = job.headers
        var errors: [FieldError] = []
        for (name, value) in job.headers.sorted(by: { $0.key < $1.key }) where value == mask {
            let stored = current?.headers.first { $0.key.lowercased() == name.lowercased() }?.value
            if let stored, isSameTarget == true {
                headers[name] = stored
            } else {
                errors.append(
                    FieldError(
                        field: "/headers/\(name)", code: .notAllowed,
                        message: "is hidden, and no value is on record for this target",
                        hint: "Give the value of the header."))
            }
        }
        guard errors.isEmpty else { throw InvalidDocument(errors) }
        return headers
    }
}
