/// Takes the answers that a route sends later. Not to be used outside of its event loop.
protocol ReplyReceiver: AnyObject {
    /// Takes the answer to the request of this number.
    func receive(_ answer: WholeAnswer, to number: Int)
}
