import JSON
import TestServers
import Testing

/// Guarantee: with `BELFRY_TARGET_IN_FLIGHT` couriers share what a target takes, however many of them there are.
@Suite(.timeLimit(.minutes(3))) struct TargetShareTests {
    @Test func `two couriers together give a target no more than its limit, and one alone takes the whole of it`()
        async throws
    {
        let service = try await LedgerService.start()
        let belfry = try await Installation.start(
            "target-share", scale: "courierd=2", environment: ["BELFRY_TARGET_IN_FLIGHT": "4"])
        do {
            for number in 1...15 {
                try await belfry.put(
                    "slow-\(number)",
                    [
                        "invocation_target": .string("\(service.url)/succeed?answer_ms=500"),
                        "schedule": .string("rate(1 second)"),
                    ])
            }
            _ = try await until("both couriers have their share") {
                try await service.mostAtOnce(for: .seconds(3)) == 4 ? true : nil
            }
            for courier in ["courierd.1", "courierd.2"] {
                let page = try await belfry.health(courier, "metrics").text
                #expect(page.contains(#/belfry_deliveries_total\{[^}]*outcome="accepted"[^}]*\} [1-9]/#), "\(courier)")
            }
            belfry.killProgram("courierd.1")
            // Until the service has done with the webhooks of the killed one.
            _ = try await service.mostAtOnce(for: .seconds(1))
            // The other one looks again within 5 s, and finds itself alone once the connection is gone.
            _ = try await until("one courier has the whole") {
                let most = try await service.mostAtOnce(for: .seconds(3))
                #expect(most <= 4)
                return most == 4 ? true : nil
            }
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
    }
}
