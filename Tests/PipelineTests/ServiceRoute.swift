import Courier
import Determinism
import JobCore

/// A courier's way to the services, whose answers take their time in the courier's simulation.
struct ServiceRoute: Invoker {
    /// Few, so that deliveries must wait for each other.
    let connectionsPerTargetLimit = 2
    let services: FakeServices
    let simulation: Simulation

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        await services.answer(invocation, in: simulation)
    }
}
