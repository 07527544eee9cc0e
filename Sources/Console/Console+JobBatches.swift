import Hummingbird
import JSON
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// `POST /jobs:batch`: puts and deletes jobs in one transaction, all of them or none.
    func changeJobs(_ request: Request, _ context: KeyContext) async throws -> Response {
        try Query(request).finish()
        // A key that may change nothing need not send megabytes to learn it.
        if context.key.scope == .read { try context.require(.write, of: nil) }
        var (response, limit) = try await batches.run(context.key.name) { try await carryOut(request, context) }
        limit.add(to: &response.headers)
        return response
    }

    private func carryOut(_ request: Request, _ context: KeyContext) async throws -> Response {
        let body = try await request.jsonBody(bytesMax: JobBatchDocument.bytesMax, context)
        let document = try JobBatchDocument(body)
        for service in document.services.sorted() { try context.require(.write, of: service) }
        let batch = try await batch(of: document)
        switch try await store.change(batch, by: context.author, now: time.now()) {
        case .refused(let failed): throw Self.refusal(failed, document)
        case .made(let puts, let deletions):
            let deleted = deletions.compactMap { job in job.deletedAt.map { JobChanged(deleted: job.name, at: $0) } }
            await publish(puts.map { JobChanged(put: $0.stored.fields) } + deleted)
            logger.info(
                "jobs changed",
                metadata: ["put": "\(puts.count)", "deleted": "\(deleted.count)", "by": "\(context.key.name)"])
            return try .json(.ok, JobBatchAnswer(puts: puts, deleted: deleted.map(\.jobName)))
        }
    }

    private static let batchErrorsMax = 1_000

    /// The changes that a document asks for. Throws all mistakes in all jobs together.
    private func batch(of document: JobBatchDocument) async throws -> JobBatch {
        var (batch, errors) = (JobBatch(), document.errors)
        for put in document.puts {
            // An answer lists 100 mistakes: thousands need not be kept.
            guard errors.count < Self.batchErrorsMax else { break }
            do {
                batch.puts.append(try await change(of: put))
            } catch let invalid as InvalidDocument {
                errors += invalid.errors.map { error in
                    var error = error
                    error.field = put.pointer + error.field
                    return error
                }
            }
        }
        guard errors.isEmpty else { throw InvalidDocument(errors) }
        batch.deletions = document.deletions.compactMap { deletion in
            deletion.name.map { JobBatch.Deletion($0, if: deletion.etag.map { [.version([$0])] } ?? []) }
        }
        return batch
    }

    private func change(of put: JobBatchDocument.Put) async throws -> JobBatch.Put {
        // A job without a name is checked under another one, so that all its mistakes are found.
        let name = put.name ?? JobName(service: "unnamed", job: "unnamed")
        var job = try await job(in: put.document, named: name)
        var preconditions: [JobPrecondition] = put.mustBeNew ? [.absent] : []
        if let etag = put.etag { preconditions.append(.version([etag])) }
        if job.headers.values.contains(HiddenHeaders.mask) {
            let current = try await readableJob(named: name)
            job.headers = try HiddenHeaders.restored(job, from: current?.job)
            preconditions.append(.unchanged(current?.etag))
        }
        return JobBatch.Put(job, if: preconditions)
    }

    /// Reads a job. The one on record is read only if the schedule is a time in the past, which it may have already.
    private func job(in document: JSONValue, named name: JobName) async throws -> Job {
        let invalid: InvalidDocument
        do throws(InvalidDocument) {
            return try JobDocument.parse(document, name: name, now: time.now(), current: nil, targets: targets)
        } catch {
            invalid = error
        }
        guard invalid.errors.contains(where: Self.isPast) else { throw invalid }
        let current = try await readableJob(named: name)?.job.schedule
        return try JobDocument.parse(document, name: name, now: time.now(), current: current, targets: targets)
    }

    private static func isPast(_ error: FieldError) -> Bool {
        error.field == "/schedule" && error.code == .outOfRange
    }

    private static func refusal(_ failed: [FailedPrecondition], _ document: JobBatchDocument) -> APIError {
        let pointers = Dictionary(
            document.puts.map { ($0.name, $0.pointer) } + document.deletions.map { ($0.name, $0.pointer) }
        ) { first, _ in first }
        let errors = failed.map { failure in
            let (message, hint) =
                switch (failure.precondition, failure.isAbsent) {
                case (.absent, _): ("exists", "Read it, and send its etag.")
                case (_, true): ("is not there", "Send it without an etag to create it.")
                default: ("was changed", "Read it again, and send its new etag.")
                }
            return FieldError(
                field: pointers[failure.name] ?? "", code: .changed, message: "\(failure.name) \(message)", hint: hint)
        }
        return APIError(
            .preconditionFailed, "Nothing is changed: jobs are not as the request expects them.", errors: errors)
    }
}
