/// Why an execution exists.
public enum Trigger: String, Sendable, Codable, CaseIterable {
    /// An occurrence of its job's schedule.
    case schedule
    /// A person or a program requested the run.
    case manual
    /// It runs an earlier execution again.
    case retry
    /// It runs an occurrence from before the job existed.
    case backfill
    /// It tries out the target of a job that is put: it ends with the answer, and nothing is run.
    case test
}
