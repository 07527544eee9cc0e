import BrokerAccess
import Commands
import HTTPClient
import JobCore
import RabbitMQ
import Settings

extension Doctor {
    private static let requestMilliseconds = 4_000

    /// Whether this user gets in at each node, and which versions they have.
    func brokerFindings() async throws -> [DoctorFinding] {
        let options = try BrokerSettings(settings).connection
        let login = BrokerLogin(options: options)
        let running = options.urls.map { url in
            Task { await Self.blocking { Self.findings(login, at: url) } }
        }
        var (logins, versions): ([DoctorFinding], [DoctorFinding]) = ([], [])
        for task in running {
            let (login, version) = await task.value
            logins.append(login)
            if let version, !versions.contains(version) { versions.append(version) }
        }
        return DoctorFinding.nodes(logins) + versions
    }

    private static func findings(
        _ login: BrokerLogin, at url: BrokerURL
    ) -> (login: DoctorFinding, version: DoctorFinding?) {
        do {
            let node = try login.node(at: url)
            return (
                .ok("broker", "logged in at \(url)"),
                BrokerVersion.finding(product: node.product, version: node.version, cluster: node.cluster)
            )
        } catch {
            return (.wrong("broker", "\(error) (\(url))", next: error.fault.advice), nil)
        }
    }

    func topologyFinding() async throws -> DoctorFinding {
        let broker = try BrokerSettings(settings)
        do {
            let report = try await TopologyReport(of: broker)
            return .topology(report.faults, unchecked: report.unchecked)
        } catch let refusal as Refused {
            guard settings.isGiven(AllSettings.managementURL.row) else {
                // The finding about the broker says why.
                return .notChecked("topology", "the broker could not be asked", next: "see “broker” above")
            }
            let next = "correct BELFRY_MANAGEMENT_URL: RabbitMQ's management API, with the password of an administrator"
            throw Refused(lines: refusal.lines + [Self.nextMark + next])
        }
    }

    /// Compares the clock with that of RabbitMQ's machine, or else with that of the admin API's.
    func clockFinding() async throws -> DoctorFinding {
        if let api = try ManagementAPI.configured(settings) {
            return await clockFinding(api.baseURL, of: "RabbitMQ's machine", AllSettings.managementURL.row)
        }
        guard settings.isGiven(AllSettings.apiURL.row) else {
            return notGiven(
                "clock", AllSettings.managementURL.row, "RabbitMQ tells its time only over its management API")
        }
        let url = try AllSettings.apiURL.value(in: settings)
        return await clockFinding(url, of: "the admin API's machine", AllSettings.apiURL.row)
    }

    private func clockFinding(_ url: String, of server: String, _ row: SettingRow) async -> DoctorFinding {
        // Every answer has the header, be it one that refuses.
        let request = ClientRequest(method: "GET", url: url, timeoutMilliseconds: Self.requestMilliseconds)
        let asked = time.now().millisecondsSinceEpoch
        let outcome = await OneRequest.send(request)
        let answered = time.now().millisecondsSinceEpoch
        guard case .response(let response) = outcome, let seconds = response.serverSeconds else {
            return .notChecked(
                "clock", "\(Settings.withoutPasswords(url)) told no time",
                next: "start what serves it, or correct \(row.variable)")
        }
        return ClockDifference(serverSeconds: seconds, asked: asked, answered: answered).finding(server: server)
    }
}
