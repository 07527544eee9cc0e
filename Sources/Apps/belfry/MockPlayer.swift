import Commands
import JSON
import JobCore
import Synchronization

/// Plays the plans of a mock's runs, and prints what happens; see ``MockCommand``.
final class MockPlayer: Sendable {
    private let caller: MockCaller
    private let random: Mutex<SeededRandom>

    init(caller: MockCaller, seed: UInt64) {
        self.caller = caller
        random = Mutex(SeededRandom(seed: seed))
    }

    /// Prints the arrival of an invocation. `event`: `webhook` or `message`.
    func note(_ invocation: MockInvocation, event: String) {
        let line = invocation.line(event: event, at: SystemTime().now().millisecondsSinceEpoch)
        Output.line(JSONValue.object(line).text)
    }

    /// Plays a run: returns when a webhook is to be answered; the callbacks go on.
    func begin(_ invocation: MockInvocation, _ behaviour: MockBehaviour) async {
        let plan = random.withLock { MockPlan(behaviour, random: &$0) }
        let start = ContinuousClock.now
        // Unstructured, because the run continues after the webhook is answered, as in a real service.
        Task {
            for callback in plan.callbacks {
                try? await Task.sleep(until: start + .milliseconds(callback.atMilliseconds))
                await call(invocation, callback.report)
            }
        }
        try? await Task.sleep(until: start + .milliseconds(plan.answerAtMilliseconds))
    }

    private func call(_ invocation: MockInvocation, _ report: MockPlan.Report) async {
        let body = report.body
        let answer = await caller.call(invocation, body: Array(body.text.utf8))
        let line: [String: JSONValue] = [
            "event": .string("callback"), "id": .string(invocation.webhookID), "status": body["status"] ?? .null,
            "answer": answer,
        ]
        Output.line(JSONValue.object(line).text)
    }
}
