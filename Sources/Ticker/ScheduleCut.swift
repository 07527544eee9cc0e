import JobCore
import Store

/// A schedule's jobs, cut into ranges. Pure.
///
/// The ranges hold every job once, whatever jobs there are when they are read. A large service has ranges of its own,
/// of about 500 jobs each; the others share ranges of up to 500 jobs.
struct ScheduleCut {
    struct Part: Equatable {
        var range: JobRange
        /// The large service whose jobs these are; nil for a range that services share.
        var owner: String?
        /// About as many jobs as the range holds.
        var jobCount: Int
    }

    static let jobsPerRangeMax = 500

    private(set) var parts: [Part] = []

    /// `services` come in the order of their names.
    init(_ services: [DistinctSchedule.ServiceJobs], isLarge: (String) -> Bool) {
        for jobs in services {
            if !isBound(jobs.service) {
                grow(by: jobs.count)
            } else if isLarge(jobs.service) {
                appendRanges(ofLarge: jobs)
            } else if let last = parts.last, last.owner == nil, last.jobCount + jobs.count <= Self.jobsPerRangeMax {
                grow(by: jobs.count)
            } else {
                append(from: JobRange.Key(service: jobs.service, slot: 0), jobCount: jobs.count)
            }
        }
        if parts.isEmpty { parts = [Part(range: .all, owner: nil, jobCount: 0)] }
    }

    /// Whether a range may begin with this service. Dispatchers refuse a due event with a name that can't be one.
    private func isBound(_ service: String) -> Bool {
        JobName.fault(in: service) == nil
    }

    /// Adds jobs to the last range.
    private mutating func grow(by count: Int) {
        if parts.isEmpty { parts = [Part(range: .all, owner: nil, jobCount: 0)] }
        parts[parts.count - 1].jobCount += count
    }

    private mutating func appendRanges(ofLarge jobs: DistinctSchedule.ServiceJobs) {
        let count = min((jobs.count + Self.jobsPerRangeMax - 1) / Self.jobsPerRangeMax, JobRange.slotCount)
        for index in 0..<count {
            append(
                from: JobRange.Key(service: jobs.service, slot: index * JobRange.slotCount / count),
                owner: jobs.service, jobCount: (jobs.count + count - 1) / count)
        }
    }

    /// Begins a range, which ends the last one.
    private mutating func append(from key: JobRange.Key, owner: String? = nil, jobCount: Int) {
        let isFirst = parts.isEmpty
        if !isFirst { parts[parts.count - 1].range.to = key }
        parts.append(Part(range: JobRange(from: isFirst ? nil : key, to: nil), owner: owner, jobCount: jobCount))
    }
}
