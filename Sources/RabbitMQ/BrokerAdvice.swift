import CRabbitMQ

/// What an operator does about a refusal, which depends on whose broker it is.
enum BrokerAdvice: Sendable, CaseIterable {
    /// Belfry's own, with its topology.
    case pipeline
    /// The service broker: its exchanges and queues are the services' own.
    case services
    /// Belfry's own, with the queue of an event fork, which is there while the fork is enabled.
    case forks
    /// Belfry's own, with the queue of a subscriber to events.
    case subscribers

    /// Nil where the reply code (AMQP 0-9-1, 1.2) shows nothing to do.
    func text(replyCode: Int?) -> String? {
        switch (self, replyCode) {
        case (.pipeline, Int(AMQP_ACCESS_REFUSED)):
            "check the user name and password, and that this stage uses its own broker user (topology/README.md)"
        case (.pipeline, Int(AMQP_NOT_FOUND)): "run `belfry topology apply` to create what is missing"
        case (.pipeline, Int(AMQP_PRECONDITION_FAILED)): "run `belfry topology check` to see what differs"
        case (.pipeline, Int(AMQP_NOT_ALLOWED)): "check that the virtual host exists and that the user may use it"
        case (.services, Int(AMQP_ACCESS_REFUSED)):
            "check the user name and password in BELFRY_SERVICE_AMQP_URL, and the user's permissions"
        case (.services, Int(AMQP_NOT_FOUND)):
            "check that it exists on the virtual host of BELFRY_SERVICE_AMQP_URL"
        case (.services, Int(AMQP_NOT_ALLOWED)):
            "check that the virtual host of BELFRY_SERVICE_AMQP_URL exists and that the user has permissions on it"
        case (.forks, Int(AMQP_ACCESS_REFUSED)):
            "check the user name and password, and that this fork uses its own broker user (topology/README.md)"
        case (.forks, Int(AMQP_NOT_FOUND)): "enable the fork with `belfry forks enable`"
        case (.subscribers, Int(AMQP_ACCESS_REFUSED)):
            "check the user name and password, and that the user may have a queue of this name (docs/events/README.md)"
        case (.subscribers, Int(AMQP_NOT_FOUND)): "check that this is the virtual host with Belfry's exchange of events"
        case (.forks, Int(AMQP_NOT_ALLOWED)), (.subscribers, Int(AMQP_NOT_ALLOWED)):
            "check that the virtual host exists and that the user may use it"
        default: nil
        }
    }
}
