/// A change of an execution that is published for subscribers.
public enum ExecutionEvent: String, Sendable, CaseIterable { case started, progressed, finished }
