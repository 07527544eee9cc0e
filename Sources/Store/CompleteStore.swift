/// A store that serves every role. A stage sees only its own role; the mains and the tests see them all.
public typealias CompleteStore = CallbackStore & ConsoleStore & DispatchStore & ExpiryStore & ReadinessStore
    & PauseStore & ReportStore & ScheduleStore & SecretStore
