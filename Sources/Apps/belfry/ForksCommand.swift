import ArgumentParser
import Commands
import Messaging
import Settings

struct ForksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forks", abstract: "Manages the event forks: ready-made consumers of events.",
        discussion: """
            archive keeps events in a stream, replay may publish archived events again (belfry events replay), storage \
            collects events for exporterd, which writes files. The commands use RabbitMQ's management API, \
            BELFRY_MANAGEMENT_URL.
            """,
        subcommands: [Enable.self, Disable.self, List.self])

    /// Throws ``SettingsError`` if the management API is not configured.
    static func managementAPI() throws -> ManagementAPI {
        guard let api = try ManagementAPI.configured() else {
            throw SettingsError(
                "BELFRY_MANAGEMENT_URL is not set: give RabbitMQ's management API, http://user:password@host:15672")
        }
        return api
    }

    @Sendable static func ageSeconds(_ text: String) throws -> Int64 {
        guard let seconds = DurationText.seconds(of: text, secondsMax: 3_650 * 86_400), seconds >= 60 else {
            throw ValidationError("give a time such as 90m, 24h or 30d, from 60s to 3650d")
        }
        return seconds
    }

    @Sendable static func byteCount(_ text: String) throws -> Int64 {
        guard let bytes = ByteCountText.bytes(of: text, in: ForkOptions.bytesRange) else {
            throw ValidationError("give a size such as 500MB or 10GB, from 1MB to 1000TB")
        }
        return bytes
    }

    @Sendable static func destination(_ text: String) throws -> ReplayDestination {
        guard let destination = ReplayDestination(text) else {
            throw ValidationError("give exchange/key or queue:NAME, such as billing/events or queue:billing.events")
        }
        return destination
    }
}
