import JSON

/// The JSON of a job for an audit entry: the fields that the API shows, without what follows from the clock.
///
/// What may be a secret is hidden as `***`: the values of the headers, and those in the query of the target's URL. A
/// hidden value that is not the one before reads `*** (changed)`. A long payload is cut; its mark, too, says when the
/// change is behind the cut.
public enum AuditedJob {
    /// The bytes of a job's JSON. Two of them leave room for the rest of an entry of 64 KiB.
    public static let bytesMax = 30 * 1_024

    /// Bytes of a payload. It may take six times as many as JSON; then fewer of it are shown.
    static let payloadBytesMax = [4_096, 256]
    private static let mask = "***"

    /// The JSON of a job. `before` is the job that it replaces.
    public static func text(_ fields: JobFields, replacing before: JobFields? = nil) -> String {
        let texts = payloadBytesMax.lazy.map { limit in
            let shown = Shown(fields, replacing: before, payloadBytesMax: limit)
            // An encoding error is impossible: there are no floating-point numbers in it.
            return (try? JSONWriter.bytes(of: shown)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
        return texts.first { $0.utf8.count <= bytesMax } ?? texts[texts.count - 1]
    }

    /// The shown form of a value, with a note if the value has changed and its form has not.
    private static func marked<Value: Equatable>(
        _ value: Value, _ before: Value?, _ show: (Value) -> String
    ) -> String {
        let shown = show(value)
        guard let before, before != value, show(before) == shown else { return shown }
        return "\(shown) (changed)"
    }

    private static func cut(_ text: String, bytesMax: Int) -> String {
        let kept = ForeignText.cut(text, toBytes: bytesMax)
        return kept == text ? text : "\(kept)… (cut, \(text.utf8.count) bytes)"
    }

    /// A payload, cut and with a mark if it is long.
    public static func cut(payload: String) -> String { cut(payload, bytesMax: payloadBytesMax[0]) }

    private struct Shown: Encodable {
        var fields: JobFields
        var payload: String?
        var headers: [String: String] = [:]

        init(_ fields: JobFields, replacing before: JobFields?, payloadBytesMax: Int) {
            self.fields = fields
            let (job, old) = (fields.job, before?.job)
            self.fields.job.target.address = AuditedJob.marked(job.target, old?.target) { $0.withMaskedQuery.address }
            payload = job.payload.map { payload in
                AuditedJob.marked(payload, old?.payload) { AuditedJob.cut($0, bytesMax: payloadBytesMax) }
            }
            let oldHeaders = Dictionary((old?.headers ?? [:]).map { ($0.key.lowercased(), $0.value) }) { $1 }
            for (name, value) in job.headers {
                headers[name] = AuditedJob.marked(value, oldHeaders[name.lowercased()]) { _ in AuditedJob.mask }
            }
        }

        private enum CodingKeys: String, CodingKey { case payload, headers }

        func encode(to encoder: any Encoder) throws {
            try fields.encode(to: encoder)
            var body = encoder.container(keyedBy: CodingKeys.self)
            try body.encode(payload, forKey: .payload)
            try body.encode(headers, forKey: .headers)
        }
    }
}
