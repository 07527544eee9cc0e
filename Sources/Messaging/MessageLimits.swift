/// The sizes that a message may have.
///
/// The three limits on a body belong together:
///
///     decoded (2 MiB)  <  published (4 MiB)  =  read (4 MiB)
///
/// - Every consumer must read every body that may be published; otherwise a message becomes a dead letter unread.
/// - Every body that was read must be publishable again: a message that no stage can decode is published to the dead
///   letters unchanged.
/// - Belfry's own messages stay below the limit for decoding. Messages of other publishers may be longer, up to the
///   limit for reading: no stage decodes them, and they become dead letters unchanged.
public enum MessageLimits {
    /// The longest body that `MessageCoder` decodes, in bytes. The largest message of the pipeline is a delivery with
    /// a payload of 256 KiB, which JSON may escape to six times that.
    public static let decodedBodyBytesMax = 2 * 1_024 * 1_024

    /// The longest body that a consumer keeps in memory, in bytes. A longer body is rejected unread, and the
    /// queue's own dead-lettering keeps it: a flood of such messages must not fill the memory.
    public static let readBodyBytesMax = 2 * decodedBodyBytesMax

    /// The longest body that may be published, in bytes.
    public static let publishedBodyBytesMax = readBodyBytesMax

    /// The longest body of a dead letter that can be replayed, in bytes. The broker keeps bodies that no consumer
    /// reads, and RabbitMQ 4 takes none that is longer (`max_message_size`).
    public static let replayedBodyBytesMax = 16 * 1_024 * 1_024

    /// The bytes that are shown of a body that is too long to be shown whole.
    public static let bodyBeginningBytes = 65_536

    /// The most bytes of a batch of messages, unless a single message has more.
    public static let batchBytesMax = 8 * 1_024 * 1_024

    /// A connection with this many bytes of unacked messages takes no more until some are acked. It may hold one
    /// message more than that.
    public static let unackedBytesMax = 8 * 1_024 * 1_024

    /// The longest names and values of all headers together, in bytes. AMQP sends all properties of a message in one
    /// frame, which has at most 128 KiB here.
    public static let headerBytesMax = 65_536

    /// AMQP 0-9-1 sends routing keys, message ids and the names of headers as short strings, of one length byte.
    public static let shortStringBytesMax = 255
}
