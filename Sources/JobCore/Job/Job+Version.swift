import Crypto
import FoundationEssentials
import JSON

extension Job {
    private struct Content: Encodable {
        var job: Job
        var headers: [[String]]
        var updatedAt: Instant
    }

    /// A text of 32 hexadecimal digits that stands for this job as it was changed at an instant. Another job, or the
    /// same one that was changed at another instant, has another.
    public func version(updatedAt: Instant) -> String {
        var job = self
        // A dictionary has another order in each process.
        job.headers = [:]
        let content = Content(
            job: job, headers: headers.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }, updatedAt: updatedAt)
        // An encoding error is impossible: a job has no floating-point number.
        let bytes = (try? JSONWriter.bytes(of: content)) ?? []
        let digest = SHA256.hash(data: bytes)
        return digest.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
