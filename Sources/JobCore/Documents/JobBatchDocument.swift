public import JSON

/// Reads the JSON of `POST /jobs:batch`: jobs to put and jobs to delete, each with its name.
///
/// ```json
/// {"put": [{"service_name": "billing", "job_name": "a", "etag": "…", "enabled": true, "…": "…"}],
///  "delete": [{"service_name": "billing", "job_name": "b"}]}
/// ```
public struct JobBatchDocument: Sendable {
    /// The jobs of one batch, to put and to delete together.
    public static let jobsMax = 500
    /// Bytes of the whole document.
    public static let bytesMax = 8 * 1_024 * 1_024
    /// The limits of the JSON of a batch. A job that is right has about a hundred values at most.
    public static let limits = JSONLimits(bytesMax: bytesMax, valueCountMax: 100_000)

    private static let etagBytesMax = 128

    /// A job that is put.
    public struct Put: Sendable {
        /// Nil if a name is missing or wrong, which is among `errors`.
        public var name: JobName?
        /// The version that the job must have.
        public var etag: String?
        /// Whether there must be no such job.
        public var mustBeNew: Bool
        /// The document of the job; the mistakes in it are not found yet.
        public var document: JSONValue
        /// A JSON pointer to the document.
        public var pointer: String
    }

    /// A job that is deleted.
    public struct Deletion: Sendable {
        /// Nil if a name is missing or wrong, which is among `errors`.
        public var name: JobName?
        /// The version that the job must have.
        public var etag: String?
        /// A JSON pointer to this deletion.
        public var pointer: String
    }

    public private(set) var puts: [Put] = []
    public private(set) var deletions: [Deletion] = []
    /// The mistakes outside the documents of the jobs.
    public private(set) var errors: [FieldError] = []
    private var pointers: [JobName: String] = [:]

    /// Reads a batch. Throws an unreadable `InvalidDocument`; all other mistakes are in `errors`.
    public init(_ bytes: [UInt8]) throws(InvalidDocument) {
        guard case .object(let fields) = try JSONValue.parse(bytes, limits: Self.limits) else { throw .notAnObject }
        var reader = DocumentReader(fields)
        let puts = reader.array("put", itemsMax: Self.jobsMax) ?? []
        let deletions = reader.array("delete", itemsMax: Self.jobsMax) ?? []
        reader.refuseUnknownFields()
        errors = reader.errors
        let count = puts.count + deletions.count
        if count > Self.jobsMax {
            errors.append(
                FieldError(
                    field: "", code: .tooLong, message: "has \(count) jobs in put and delete",
                    hint: "Give at most \(Self.jobsMax) together."))
        }
        for (index, value) in puts.enumerated() { addPut(value, "/put/\(index)") }
        for (index, value) in deletions.enumerated() { addDeletion(value, "/delete/\(index)") }
    }

    /// The services of all jobs that have a name.
    public var services: Set<String> {
        Set(puts.compactMap { $0.name?.service } + deletions.compactMap { $0.name?.service })
    }

    private mutating func addPut(_ value: JSONValue, _ pointer: String) {
        guard var fields = fields(of: value, pointer) else { return }
        var reader = DocumentReader(fields, path: pointer)
        let name = Self.name(&reader)
        let etag = reader.string("etag", bytesMax: Self.etagBytesMax)
        let mustBeNew = reader.bool("create_only") ?? false
        if mustBeNew, etag != nil {
            reader.report(
                "create_only", .notAllowed, "is true beside an etag", hint: "Give one of them: a new job has no etag.")
        }
        errors += reader.errors
        note(name, pointer)
        // Those that the reader of a job would not know, and those that it would find wrong again.
        for field in ["create_only", "service_name", "job_name"] { fields[field] = nil }
        puts.append(
            Put(name: name, etag: etag, mustBeNew: mustBeNew, document: .object(fields), pointer: pointer))
    }

    private mutating func addDeletion(_ value: JSONValue, _ pointer: String) {
        guard let fields = fields(of: value, pointer) else { return }
        var reader = DocumentReader(fields, path: pointer)
        let name = Self.name(&reader)
        let etag = reader.string("etag", bytesMax: Self.etagBytesMax)
        reader.refuseUnknownFields()
        errors += reader.errors
        note(name, pointer)
        deletions.append(Deletion(name: name, etag: etag, pointer: pointer))
    }

    private mutating func fields(of value: JSONValue, _ pointer: String) -> [String: JSONValue]? {
        if case .object(let fields) = value { return fields }
        errors.append(
            FieldError(field: pointer, code: .wrongType, message: "is \(value.kind)", hint: "Give an object."))
        return nil
    }

    /// Reports a job that has another place in the batch.
    private mutating func note(_ name: JobName?, _ pointer: String) {
        guard let name else { return }
        if let first = pointers[name] {
            errors.append(
                FieldError(
                    field: pointer, code: .notAllowed, message: "names \(name), which is already at \(first)",
                    hint: "Name each job once."))
        } else {
            pointers[name] = pointer
        }
    }

    private static func name(_ reader: inout DocumentReader) -> JobName? {
        let parts = ["service_name", "job_name"].map { field -> String? in
            guard let text = reader.requiredString(field, bytesMax: 1_024, hint: JobName.hint) else { return nil }
            guard let fault = JobName.fault(in: text) else { return text }
            reader.report(field, .invalid, fault, hint: JobName.hint)
            return nil
        }
        guard let service = parts[0], let job = parts[1] else { return nil }
        return JobName(service: service, job: job)
    }
}
