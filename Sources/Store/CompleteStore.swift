/// Everything a store can be asked; each stage sees only its own role.
public typealias CompleteStore = ScheduleStore & DispatchStore & ReportStore & ExpiryStore & CallbackStore
    & ConsoleStore
    & ReadinessStore
