import BrokerAccess
import Exporter
import Foundation
import Messaging
import Settings
import StageKit

/// The settings of exporterd.
struct ExporterConfiguration {
    let daemon: DaemonSettings
    let broker: BrokerSettings
    let folder: String
    let name: ExporterName
    let fileBytesMax: Int64

    /// The queue of the storage fork.
    var queue: String { EventFork.storage.queueName(prefix: broker.topology.prefix) ?? "" }

    /// Throws the problems of all of them at once.
    init(_ settings: Settings) throws(SettingsError) {
        let given: ExporterName?
        let mebibytes: Int64
        (daemon, broker, folder, given, mebibytes) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, AllSettings.exportFolder.value,
            AllSettings.exportName.parsed(Self.name).optional.value, AllSettings.exportFileMebibytesMax.value)
        fileBytesMax = mebibytes * 1_024 * 1_024
        let host = ProcessInfo.processInfo.hostName
        guard let name = given ?? ExporterName(host) else {
            throw SettingsError("the host's name “\(host)” can't be part of a file's name: set BELFRY_EXPORT_NAME")
        }
        self.name = name
    }

    private static func name(_ text: String) throws -> ExporterName {
        guard let name = ExporterName(text) else { throw SettingsError("\"\(text)\" can't be part of a file's name") }
        return name
    }
}
