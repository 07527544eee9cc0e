public import Messaging

extension DoctorFinding {
    /// What to say about a comparison of the topology. `unchecked` is what only the management API tells.
    public static func topology(_ faults: [TopologyFault], unchecked: [String]) -> DoctorFinding {
        let check = "topology"
        guard let first = faults.first else {
            guard unchecked.isEmpty else {
                return .ok(check, "exchanges and queues are complete; the rest needs BELFRY_MANAGEMENT_URL")
            }
            return .ok(check, "complete")
        }
        let more = faults.count == 1 ? "" : " and \(faults.count - 1) more"
        return .wrong(check, "\(first)\(more)", next: "\(first.repair); belfry topology check shows all")
    }
}
