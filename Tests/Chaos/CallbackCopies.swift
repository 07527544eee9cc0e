import Determinism

/// Which callbacks a service sends more than once, or contradicts, as a faulty client or network does. Pure: the same
/// seed gives the same copies.
struct CallbackCopies: Sendable {
    /// A further callback, which is sent once, whatever the answer.
    struct Copy: Equatable {
        var kind: Facts.Callback.Kind
        /// Counted from the answer to the callback that it copies.
        var delayMilliseconds: Int64
    }

    let seed: UInt64

    /// The copies of the callback at this place of the ledger. About a third have one or two: some at once, others
    /// late, after callbacks that the service has sent since, and also after the end. Some ends are contradicted.
    func copies(of kind: Facts.Callback.Kind, place: Int) -> [Copy] {
        var random = SplitMix64(seed: seed &+ UInt64(place) &* 0x9E37_79B9)
        guard random.int(1...3) == 1 else { return [] }
        return (0..<random.int(1...2)).map { _ in
            let delay = random.int(1...2) == 1 ? random.int(0...50) : random.int(500...8_000)
            let contradicts = random.int(1...4) == 1
            return Copy(kind: contradicts ? kind.contradiction : kind, delayMilliseconds: Int64(delay))
        }
    }
}

extension Facts.Callback.Kind {
    /// The other end. A heartbeat has none.
    fileprivate var contradiction: Self {
        switch self {
        case .processing: .processing
        case .success: .fail
        case .fail: .success
        }
    }
}
