import ArgumentParser
import Foundation
import FoundationNetworking

/// The metrics of the installation's couriers.
struct CourierMetrics {
    private let addresses: [String]

    /// Finds the couriers' health addresses in the scripts that start them, in the folder `stages` next to `pidFolder`.
    init(pidFolder: String) throws {
        let folder = "\(pidFolder)/../stages"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("courierd.") }
        addresses = try names.map { name in
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            guard let setting = text.firstRange(of: "BELFRY_HEALTH_LISTEN=") else {
                throw ValidationError("\(name) has no health address")
            }
            return String(text[setting.upperBound...].prefix { !$0.isWhitespace })
        }
    }

    /// How often deliveries were deferred because their target was busy.
    func deferredDeliveries() async throws -> Int {
        var sum = 0
        for address in addresses {
            guard let url = URL(string: "http://\(address)/metrics") else { continue }
            let (data, _) = try await URLSession.shared.data(from: url)
            let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first {
                $0.hasPrefix("belfry_deliveries_total") && $0.contains("\"deferred\"")
            }
            sum += line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
        }
        return sum
    }
}
