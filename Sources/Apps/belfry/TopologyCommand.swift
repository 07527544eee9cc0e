import ArgumentParser
import Crypto
import Foundation
import JobCore
import Messaging
import Settings
import RabbitMQ

struct TopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Exchanges, queues, policies and users of the pipeline.",
        subcommands: [Apply.self, Check.self, Print.self])

    private static func broker(_ options: BrokerOptions) throws -> BrokerSettings {
        var settings = Settings(program: "belfry", flags: [options.flags])
        let broker = BrokerSettings(reading: &settings)
        do {
            try settings.check()
        } catch {
            throw Refused("\(error)")
        }
        return broker
    }

    private static func declarer(_ options: BrokerOptions) throws -> TopologyDeclarer {
        let broker = try broker(options)
        return TopologyDeclarer(options: broker.options(program: "belfry topology"), topology: broker.topology)
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes exchanges, queues and bindings; with --management-url also policies and users.")
        @OptionGroup var brokerOptions: BrokerOptions
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            if let api = try management.api() {
                let broker = try TopologyCommand.broker(brokerOptions)
                try await api.apply(broker.topology, virtualHost: broker.urls.first?.virtualHost ?? "/")
                return Output.line("applied, policies and users included")
            }
            do {
                try TopologyCommand.declarer(brokerOptions).apply()
            } catch let error as TopologyDeclarer.Refusal {
                throw Refused(error.description)
            }
            Output.line("applied exchanges, queues and bindings")
            let note = """
                Policies and users are not part of AMQP. Give --management-url, or have an administrator import them:
                  belfry topology print > definitions.json && rabbitmqctl import_definitions definitions.json

                """
            FileHandle.standardError.write(Data(note.utf8))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what is missing or different; exit 0 when nothing is. Changes nothing.")
        @OptionGroup var brokerOptions: BrokerOptions
        @OptionGroup var management: ManagementOptions
        @Flag(help: "Print one JSON value.") var json = false

        func run() async throws {
            var faults: [String]
            do {
                faults = try TopologyCommand.declarer(brokerOptions).check()
            } catch let error as TopologyDeclarer.Refusal {
                throw Refused(error.description)
            }
            if let api = try management.api() {
                let broker = try TopologyCommand.broker(brokerOptions)
                faults += try await api.faults(broker.topology, virtualHost: broker.urls.first?.virtualHost ?? "/")
            }
            if json {
                Output.line(JSONValue.object(["faults": .array(faults.map(JSONValue.string))]).text)
            } else {
                for fault in faults { Output.line(fault) }
                if faults.isEmpty { Output.line("all is there") }
            }
            if !faults.isEmpty { throw ExitCode(1) }
        }
    }

    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the topology as a RabbitMQ definitions file.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Option(help: "A file of USER=PASSWORD lines; users not in it can't log in until given a password.")
        var passwords: String?
        @Option(help: "Adds users with all rights, from the file of passwords.") var administrator: [String] = []

        func run() throws {
            let topology = try TopologyCommand.broker(brokerOptions).topology
            let hashes = try passwords.map(Self.hashes) ?? [:]
            let definitions = topology.definitions(passwordHashes: hashes, administrators: administrator)
            Output.line(definitions.indented)
        }

        private static func hashes(_ path: String) throws -> [String: String] {
            guard let data = FileManager.default.contents(atPath: path) else { throw Refused("can't read \(path)") }
            var hashes: [String: String] = [:]
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw Refused("\(path) has a line that is not USER=PASSWORD") }
                hashes[parts[0]] = PasswordHash.salted(parts[1])
            }
            return hashes
        }
    }
}

/// RabbitMQ's password hash: base64 of a salt of 4 bytes and SHA-256 of salt and password (RabbitMQ documentation,
/// "Credentials and Passwords").
enum PasswordHash {
    static func salted(_ password: String) -> String {
        let salt = Data((0..<4).map { _ in UInt8.random(in: 0...255) })
        return (salt + Data(SHA256.hash(data: salt + Data(password.utf8)))).base64EncodedString()
    }
}

extension JSONValue {
    /// JSON that people read.
    var indented: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }
}
