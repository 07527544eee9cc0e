import Foundation
import Messaging
import TestServers
import Testing
import Yams

@Suite struct `The manifests for Kubernetes` {
    /// Kinds that Kubernetes does not know: those of kustomize, KEDA and the Prometheus operator.
    private static let foreignKinds = ["Kustomization", "PodMonitor", "ScaledObject", "TriggerAuthentication"]

    private struct Findings: Decodable {
        var checked: Int
        var faults: [String]
        var withoutSchema: [String]
    }

    @Test func `are as the schemas of Kubernetes have them, without an unknown field`() async throws {
        let python = try await Program.script("python", ["deployment"]).trimmingCharacters(in: .whitespacesAndNewlines)
        let script = "\(Project.root)/Tests/Python/kubernetes_manifests.py"
        let finished = try await Program.run(python, [script] + Manifest.files.map { "\(Manifest.folder)/\($0)" })
        try #require(finished.status == 0, "\(finished.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let findings = try decoder.decode(Findings.self, from: Data(finished.output.utf8))
        #expect(findings.faults == [])
        #expect(findings.withoutSchema == Self.foreignKinds)
        #expect(try findings.checked == Manifest.all().filter { !Self.foreignKinds.contains($0.kind) }.count)
        #expect(findings.checked >= 20)
    }

    @Test func `are all in the namespace belfry`() throws {
        let all = try Manifest.all().filter { !["Kustomization", "Namespace"].contains($0.kind) }
        #expect(all.filter { $0.node["metadata"]?["namespace"]?.string != "belfry" }.map(\.name) == [])
        #expect(try Manifest.all(of: "Namespace").map(\.name) == ["belfry"])
    }

    @Test func `are all in the kustomization, or named by the README as options`() throws {
        let lists = try Manifest.all(of: "Kustomization")
        let listed = lists.flatMap { list in
            let folder = list.file.split(separator: "/").dropLast().map { "\($0)/" }.joined()
            return list.node["resources"].items.compactMap(\.string).filter { $0 != ".." }.map { folder + $0 }
        }
        #expect(Set(listed).isSubset(of: Manifest.files))
        let readme = try String(contentsOfFile: "\(Manifest.folder)/README.md", encoding: .utf8)
        let rest = Manifest.files.filter { !listed.contains($0) && !$0.hasSuffix("kustomization.yaml") }
        #expect(rest.count == 6)
        #expect(rest.filter { !readme.contains("`\($0)`") } == [])
    }

    @Test func `have pods that Kubernetes' restricted standard admits, and that write to their volumes only`() throws {
        for workload in try Manifest.all().filter({ $0.template != nil }) {
            let (pod, container) = (workload.pod, workload.container)
            let security = pod["securityContext"]
            #expect(security?["runAsNonRoot"]?.bool == true, "\(workload.name)")
            for key in ["runAsUser", "runAsGroup", "fsGroup"] {
                #expect(security?[key]?.int == 10_001, "\(workload.name) \(key)")
            }
            #expect(security?["seccompProfile"]?["type"]?.string == "RuntimeDefault", "\(workload.name)")
            let rights = container["securityContext"]
            #expect(rights?["allowPrivilegeEscalation"]?.bool == false, "\(workload.name)")
            #expect(rights?["readOnlyRootFilesystem"]?.bool == true, "\(workload.name)")
            #expect((rights?["capabilities"]?["drop"]).items.map(\.string) == ["ALL"], "\(workload.name)")
            #expect(pod["serviceAccountName"]?.string == "belfry", "\(workload.name)")
            #expect(pod["automountServiceAccountToken"]?.bool == false, "\(workload.name)")
            #expect(pod["containers"].items.count == 1, "\(workload.name)")
            for part in ["requests", "limits"] {
                #expect(container["resources"]?[part]?.names == ["cpu", "memory"], "\(workload.name) \(part)")
            }
        }
        let accounts = try Manifest.all(of: "ServiceAccount")
        #expect(accounts.map { $0.node["automountServiceAccountToken"]?.bool } == [false])
    }

    @Test func `select pods that exist, by ports that these have`() throws {
        let workloads = try Manifest.all().filter { $0.template != nil }
        for workload in workloads where workload.kind != "Job" && workload.kind != "CronJob" {
            let labels = workload.spec["selector"]?["matchLabels"]?.texts ?? [:]
            #expect(workloads.filter { $0.makesPods(of: labels) }.map(\.name) == [workload.name])
        }
        for service in try Manifest.all(of: "Service") {
            let selected = workloads.filter { $0.makesPods(of: service.spec["selector"]?.texts ?? [:]) }
            #expect(selected.count == 1, "\(service.name)")
            for port in service.spec["ports"].items {
                #expect(selected.first?.ports[port["targetPort"]?.string ?? ""] == port["port"]?.int, "\(service.name)")
            }
        }
        for budget in try Manifest.all(of: "PodDisruptionBudget") {
            let labels = budget.spec["selector"]?["matchLabels"]?.texts ?? [:]
            let selected = workloads.filter { !labels.isEmpty && $0.makesPods(of: labels) }
            #expect(selected.map(\.kind) == ["Deployment"], "\(budget.name)")
            // It would hold up the drain of their node: see the README.
            #expect(selected.first?.claims == [], "\(budget.name)")
        }
        for policy in try Manifest.all(of: "NetworkPolicy") {
            let selected = workloads.filter {
                $0.makesPods(of: policy.spec["podSelector"]?["matchLabels"]?.texts ?? [:])
            }
            #expect(!selected.isEmpty, "\(policy.name)")
            for port in policy.spec["ingress"].items.flatMap({ $0["ports"].items }).compactMap({ $0["port"]?.int }) {
                #expect(selected.contains { $0.ports.values.contains(port) }, "\(policy.name) \(port)")
            }
        }
        let health = try Manifest.all(of: "PodMonitor")
        #expect(health.count == 1)
        for monitor in health {
            let labels = monitor.spec["selector"]?["matchLabels"]?.texts ?? [:]
            #expect(workloads.filter { $0.ports["health"] != nil }.allSatisfy { $0.makesPods(of: labels) })
            #expect(monitor.spec["podMetricsEndpoints"].items.map { $0["port"]?.string } == ["health"])
            #expect(monitor.node["apiVersion"]?.string == "monitoring.coreos.com/v1")
        }
    }

    @Test func `keep all that use the store on one node, and on volumes that are claimed`() throws {
        let workloads = try Manifest.all().filter { $0.template != nil }
        let claims = try Manifest.all(of: "PersistentVolumeClaim").map(\.name)
        for workload in workloads {
            #expect(Set(workload.claims).isSubset(of: claims), "\(workload.name)")
            let rule = workload.pod["affinity"]?["podAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]?[0]
            let usesStore = workload.claims.contains("belfry-store")
            #expect((rule != nil) == usesStore, "\(workload.name)")
            guard usesStore else { continue }
            #expect(rule?["topologyKey"]?.string == "kubernetes.io/hostname", "\(workload.name)")
            #expect(rule?["labelSelector"]?["matchLabels"]?.texts == ["belfry/store": "true"], "\(workload.name)")
            // So the first of them may go to any node.
            #expect(workload.podLabels["belfry/store"] == "true", "\(workload.name)")
            guard workload.kind == "Deployment" else { continue }
            #expect(workload.spec["strategy"]?["type"]?.string == "Recreate", "\(workload.name)")
        }
    }

    @Test func `scale couriers by a queue of the topology, with a secret that exists`() throws {
        let scaled = try #require(try Manifest.all(of: "ScaledObject").first)
        #expect(scaled.node["apiVersion"]?.string == "keda.sh/v1alpha1")
        #expect(
            scaled.spec.names == ["scaleTargetRef", "minReplicaCount", "maxReplicaCount", "cooldownPeriod", "triggers"])
        let target = scaled.spec["scaleTargetRef"]?["name"]?.string
        #expect(try Manifest.all(of: "Deployment").contains { $0.name == target })
        let trigger = scaled.spec["triggers"]?[0]
        #expect(trigger?["type"]?.string == "rabbitmq")
        let metadata = trigger?["metadata"]?.texts ?? [:]
        #expect(Set(metadata.keys) == ["protocol", "queueName", "mode", "value"])
        let topology = Topology(prefix: "belfry")
        #expect(topology.queues.contains { $0.name == metadata["queueName"] })
        #expect(metadata["queueName"] == topology.name(of: .courierDeliveries))
        let login = try #require(try Manifest.all(of: "TriggerAuthentication").first)
        #expect(login.node["apiVersion"]?.string == "keda.sh/v1alpha1")
        #expect(login.name == trigger?["authenticationRef"]?["name"]?.string)
        for secret in login.spec["secretTargetRef"].items {
            #expect(secret.names == ["parameter", "name", "key"])
            let keys = try Manifest.all(of: "Secret").first { $0.name == secret["name"]?.string }?.node["stringData"]
            #expect(keys?.names.contains(secret["key"]?.string ?? "") == true)
        }
    }
}
