import ArgumentParser
import BrokerAccess
import Foundation
import JSON
import JobCore
import Messaging
import RabbitMQ
import Settings

struct TopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Manages the exchanges, queues, policies and users of Belfry in RabbitMQ.",
        subcommands: [Apply.self, Check.self, Print.self])

    private static func declarer(_ options: BrokerOptions) throws -> TopologyDeclarer {
        let broker = try options.broker()
        return TopologyDeclarer(options: broker.connection, topology: broker.topology)
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates exchanges, queues and bindings; with --management-url also policies and users.")
        @OptionGroup var brokerOptions: BrokerOptions
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            if let api = try management.api() {
                let broker = try brokerOptions.broker()
                try await api.apply(broker.topology, virtualHost: broker.virtualHost)
                return Output.line("The topology is applied, including policies and users.")
            }
            do {
                try TopologyCommand.declarer(brokerOptions).apply()
            } catch let error as TopologyDeclarer.Refusal {
                throw Refused(error.description)
            }
            Output.line("Exchanges, queues and bindings are applied.")
            let note = """
                Policies and users can't be created over AMQP. Give --management-url, or have an administrator run:
                  belfry topology print > definitions.json && rabbitmqctl import_definitions definitions.json

                """
            FileHandle.standardError.write(Data(note.utf8))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what is missing or different. Exits with 0 if nothing is. Changes nothing.")
        @OptionGroup var brokerOptions: BrokerOptions
        @OptionGroup var management: ManagementOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            var faults: [String]
            do {
                faults = try TopologyCommand.declarer(brokerOptions).check()
            } catch let error as TopologyDeclarer.Refusal {
                throw Refused(error.description)
            }
            if let api = try management.api() {
                let broker = try brokerOptions.broker()
                faults += try await api.faults(broker.topology, virtualHost: broker.virtualHost)
            }
            if json {
                Output.line(JSONValue.object(["faults": .array(faults.map(JSONValue.string))]).text)
            } else {
                for fault in faults { Output.line(fault) }
                if faults.isEmpty { Output.line("The topology is complete.") }
            }
            if !faults.isEmpty { throw ExitCode(1) }
        }
    }

    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the topology as a RabbitMQ definitions file.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Option(
            help: "A file of USER=PASSWORD lines. Users that it doesn't contain can't log in until they get a password."
        )
        var passwords: String?
        @Option(
            help:
                "Also add this user of the file of passwords, with all permissions. Repeat it for several users."
        ) var administrator: [String] = []

        func run() throws {
            let topology = try brokerOptions.broker().topology
            let hashes = try passwords.map(Self.hashes) ?? [:]
            let definitions = topology.definitions(passwordHashes: hashes, administrators: administrator)
            Output.line(definitions.indented)
        }

        private static func hashes(_ path: String) throws -> [String: String] {
            guard let data = FileManager.default.contents(atPath: path) else { throw Refused("\(path) can't be read") }
            var hashes: [String: String] = [:]
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw Refused("\(path) has a line that is not of the form USER=PASSWORD")
                }
                hashes[parts[0]] = PasswordHash.salted(parts[1])
            }
            return hashes
        }
    }
}
