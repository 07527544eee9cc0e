/// A store that serves every role. A stage sees only its own role; the mains and the tests see them all.
public typealias CompleteStore = CallbackStore & ClockStore & ConsoleStore & DispatchStore & ExpiryStore & PauseStore
    & ReadinessStore & RecorderStore & ReportStore & ScheduleStore & SecretStore
