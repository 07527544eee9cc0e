/// A scheduler from which `belfry jobs import` takes jobs.
public enum ImportSource: String, Sendable, CaseIterable {
    /// Lines of a crontab.
    case crontab
    /// Answers of the AWS command line about EventBridge rules and EventBridge Scheduler.
    case eventbridge
    /// CronJobs, as `kubectl get cronjobs -o yaml` or `-o json` prints them.
    case kubernetes
    /// The jobs of the predecessor, as its `GET /jobs` shows them.
    case predecessor = "serverless-job-manager"

    /// Whether what it holds are command lines and containers, which Belfry can't call.
    public var needsTarget: Bool { self == .crontab || self == .kubernetes }
}
