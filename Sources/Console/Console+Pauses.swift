import Foundation
import Hummingbird
import JobCore
import Logging
import StageKit
import Store

extension Console {
    /// `POST /services/{service}/jobs/{job}/pause`: 404 if there is no such job.
    func pauseJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        _ = try await job(named: name)
        return try await pause(.job(name), request, context)
    }

    /// `POST /services/{service}/pause`: also pauses jobs of the service that are put later.
    func pauseService(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await pause(.service(try context.pathNames().service ?? ""), request, context)
    }

    /// `POST /tags/{tag}/pause`: also pauses jobs that get the tag later.
    func pauseTag(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await pause(.tag(try Self.tag(context)), request, context)
    }

    /// `POST /services/{service}/jobs/{job}/resume`: also of a job that was deleted.
    func resumeJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await resume(.job(try context.jobName()), request, context)
    }

    /// `POST /services/{service}/resume`
    func resumeService(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await resume(.service(try context.pathNames().service ?? ""), request, context)
    }

    /// `POST /tags/{tag}/resume`
    func resumeTag(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await resume(.tag(try Self.tag(context)), request, context)
    }

    /// `GET /pauses`: the pauses in force; with `service_name` those of this service and of its jobs.
    func listPauses(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let service = query.name("service_name")
        try context.require(.read, of: service)
        let limit = query.limit(max: 1_000, default: 100)
        let after = query.page("more", Paging.pauseKey)
        try query.finish()
        let inForce = try await store.pauses(inForceAt: time.now())
            .filter { service == nil || $0.subject.service == service }
            .map { (key: Paging.key(of: $0.subject), pause: $0) }
            .filter { entry in after.map { $0 < entry.key } ?? true }
            .sorted { $0.key < $1.key }
        let page = inForce.prefix(limit)
        return try .json(
            .ok,
            ResultPage(
                results: page.map { PauseView(pause: $0.pause) },
                more: inForce.count > limit ? page.last.map { Paging.token(after: $0.pause.subject) } : nil))
    }

    private func pause(
        _ subject: JobPause.Subject, _ request: Request, _ context: KeyContext
    ) async throws -> Response {
        let body = try await request.optionalJSONBody(bytesMax: PauseDocument.bytesMax, context)
        let document = try PauseDocument(parsing: body, now: time.now())
        let paused = try await store.pause(
            subject, note: document.note, until: document.until, by: context.author, now: time.now())
        guard let paused else {
            throw APIError(
                .conflict, "\(JobPause.inForceMax) pauses are in force, which is the limit. Resume some of them first.")
        }
        logger.info(
            "paused",
            metadata: ["subject": "\(subject)", "by": "\(context.key.name)", "jobs": "\(paused.jobCount)"])
        return try .json(.ok, PauseView(pause: paused.pause, jobCount: paused.jobCount))
    }

    private func resume(
        _ subject: JobPause.Subject, _ request: Request, _ context: KeyContext
    ) async throws -> Response {
        if let body = try await request.optionalJSONBody(bytesMax: PauseDocument.bytesMax, context) {
            var reader = DocumentReader(try Self.fields(of: body))
            reader.refuseUnknownFields()
            guard reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        }
        guard let ended = try await store.resume(subject, by: context.author, now: time.now()) else {
            throw try await notPaused(subject)
        }
        logger.info("resumed", metadata: ["subject": "\(subject)", "by": "\(context.key.name)"])
        return try .json(.ok, PauseView(pause: ended))
    }

    /// Why a subject can't be resumed. A job may be paused by its service or by a tag.
    private func notPaused(_ subject: JobPause.Subject) async throws -> APIError {
        guard case .job(let name) = subject else {
            return APIError(.conflict, "Not paused: \(subject).")
        }
        let stored = try await job(named: name)
        let now = time.now()
        let other = JobPauses(try await store.pauses(inForceAt: now)).last(of: stored.job, at: now)
        return APIError(
            .conflict,
            other.map { "Not paused by itself: \(subject). Resume \($0.subject)." } ?? "Not paused: \(subject).")
    }

    /// The tag that the path names. Other than names, tags may have any character.
    private static func tag(_ context: KeyContext) throws(InvalidDocument) -> String {
        guard let tag = context.parameters.get("tag")?.removingPercentEncoding, JobDocument.isTag(tag) else {
            throw InvalidDocument([
                FieldError(
                    field: "/tag", code: .invalid, message: "can't be a tag",
                    hint: "Give 1 to \(JobDocument.tagBytesMax) bytes of UTF-8, percent-encoded.")
            ])
        }
        return tag
    }
}

extension JobPause.Subject {
    /// The service that it belongs to; nil for a tag.
    fileprivate var service: String? {
        switch self {
        case .job(let name): name.service
        case .service(let service): service
        case .tag: nil
        }
    }
}
