public import JobCore

/// A target in which `{service}` and `{job}` stand for the names of a job: `https://cron.example.com/{service}/{job}`.
public struct TargetTemplate: Sendable, Equatable {
    private let text: String

    /// Reads a template. Throws what is wrong with the target of a job that is named by it.
    public init(_ text: String) throws(InvalidDocument) {
        self.text = text
        let example = target(of: JobName(service: "service", job: "job"))
        if example.address.contains(where: { $0 == "{" || $0 == "}" }) {
            throw InvalidDocument([
                FieldError(
                    field: "/invocation_target", code: .invalid, message: "has braces around another word",
                    hint: "Only {service} and {job} stand for something.")
            ])
        }
        if let fault = TargetRules.anyInstallation.fault(in: example) { throw InvalidDocument([fault]) }
    }

    /// The target of a job. Its kind follows from the form of the address.
    func target(of name: JobName) -> InvocationTarget {
        let address = text.replacing("{service}", with: name.service).replacing("{job}", with: name.job)
        if !address.contains("://"), QueueAddress(address) != nil {
            return InvocationTarget(kind: .rabbitmq, address: address)
        }
        return InvocationTarget(kind: (try? SQSQueueURL(address)) == nil ? .http : .sqs, address: address)
    }
}
