/// What became of a `JobBatch`.
public enum JobBatchResult: Sendable, Equatable {
    /// All changes were made. There is one value for each put and for each deletion, in the order of the batch.
    case made(puts: [PutJob], deletions: [DeletedJob])
    /// These preconditions do not hold, so nothing was changed.
    case refused([FailedPrecondition])
}
