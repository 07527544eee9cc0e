import JobCore
import Messaging

/// What a letter is about, as far as it tells: most messages name the job or the execution in their bodies.
struct LetterSubject: Equatable {
    var service: String?
    var job: String?
    var executionID: ExecutionID?

    init(of taken: TakenLetter, _ letter: DeadLetter) {
        let message = taken.message
        if taken.isWhole, message.body.count <= MessageLimits.decodedBodyBytesMax,
            let body = try? MessageCoder.decode(Body.self, from: message.body)
        {
            let name = body.job.flatMap { JobName(text: $0) }
            (service, job) = (name?.service, name?.job)
            executionID = body.executionID
        }
        if let header = message.headers[Header.execution].flatMap({ ExecutionID(text: $0) }) { executionID = header }
        // The routing key that a service is told to publish its callbacks with is the execution's id.
        if executionID == nil, letter.queue == WorkQueue.ingesterCallbacks.rawValue {
            executionID = letter.originRoutingKey.flatMap { ExecutionID(text: $0) }
        }
    }

    /// Fields of another form say nothing; they are no error.
    private struct Body: Decodable {
        var job: String?
        var executionID: ExecutionID?

        init(from decoder: any Decoder) throws {
            let body = try decoder.container(keyedBy: CodingKeys.self)
            job = try? body.decodeIfPresent(String.self, forKey: .job)
            executionID = try? body.decodeIfPresent(ExecutionID.self, forKey: .executionID)
        }

        private enum CodingKeys: String, CodingKey {
            case job
            case executionID = "execution_id"
        }
    }
}

extension DeadLetter {
    /// The letter with its subject.
    func about(_ subject: LetterSubject) -> DeadLetter {
        var letter = self
        (letter.service, letter.job, letter.executionID) = (subject.service, subject.job, subject.executionID)
        return letter
    }
}
