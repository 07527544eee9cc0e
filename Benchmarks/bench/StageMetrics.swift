import Foundation
import FoundationNetworking

/// The metrics of the installation's stages.
struct StageMetrics {
    private let addresses: [String]

    /// Finds the stages' health addresses in the scripts that start them, in the folder `stages` next to `pidFolder`.
    init(pidFolder: String) throws {
        let folder = "\(pidFolder)/../stages"
        addresses = try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            guard let setting = text.firstRange(of: "BELFRY_HEALTH_LISTEN=") else {
                throw Failure("\(name) has no health address")
            }
            return String(text[setting.upperBound...].prefix { !$0.isWhitespace })
        }
    }

    /// How many messages the stages have handled, those of the pipeline's own clockwork among them: the baton, signs of
    /// life and marks.
    func handledMessages() async throws -> Int { try await sum(of: "belfry_messages_handled_total") }

    /// How often deliveries were deferred because their target was busy.
    func deferredDeliveries() async throws -> Int {
        try await sum(of: "belfry_deliveries_total", labelled: "\"deferred\"")
    }

    /// The sum of a counter over all processes, of its series in whose labels there is this text.
    private func sum(of counter: String, labelled text: String = "") async throws -> Int {
        var sum = 0.0
        for address in addresses {
            guard let url = URL(string: "http://\(address)/metrics") else { continue }
            let (data, _) = try await URLSession.shared.data(from: url)
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix(counter) && (text.isEmpty || line.contains(text)) {
                sum += line.split(separator: " ").last.flatMap { Double($0) } ?? 0
            }
        }
        return Int(sum)
    }
}
