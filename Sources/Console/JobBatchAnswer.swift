import JobCore
import Store

/// The answer to a batch: `{"put": [{"service_name", "job_name", "created", "etag"}], "deleted": [{…}]}`. Jobs that
/// were not there to delete are left out.
struct JobBatchAnswer: Encodable {
    let puts: [PutJob]
    let deleted: [JobName]

    private enum CodingKeys: String, CodingKey { case put, deleted }

    private struct Name: Encodable {
        let name: JobName
        var put: PutJob?

        private enum CodingKeys: String, CodingKey {
            case service = "service_name"
            case job = "job_name"
            case created, etag
        }

        func encode(to encoder: any Encoder) throws {
            var body = encoder.container(keyedBy: CodingKeys.self)
            try body.encode(name.service, forKey: .service)
            try body.encode(name.job, forKey: .job)
            guard let put else { return }
            try body.encode(put.isNew, forKey: .created)
            try body.encode(put.stored.etag, forKey: .etag)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(puts.map { Name(name: $0.stored.job.name, put: $0) }, forKey: .put)
        try body.encode(deleted.map { Name(name: $0) }, forKey: .deleted)
    }
}
