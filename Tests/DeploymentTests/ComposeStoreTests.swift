import Settings
import TestServers
import Testing

// Of the two that are named so.
import enum Settings.Program

@Suite struct `The Compose file for PostgreSQL` {
    private static let file = "compose.postgres.yaml"

    /// With and without several of each.
    private static func variants() async throws -> [ComposeProject] {
        [
            try await ComposeProject("compose.yaml", file),
            try await ComposeProject("compose.yaml", "compose.scale.yaml", file),
        ]
    }

    @Test func `gives each program with a store the database, and none the file of SQLite`() async throws {
        for project in try await Self.variants() {
            let withStore = project.services.filter { $0.variables["BELFRY_STORE_URL"] != nil }
            let programs = withStore.map { Program(startedAs: $0.path) }
            #expect(Set(programs) == Set(AllSettings.storeURL.row.readBy))
            for service in withStore {
                let url = "postgres://belfry@postgres/belfry?sslmode=disable&service=belfry"
                #expect(service.variables["BELFRY_STORE_URL"] == url, "\(service.name)")
                #expect(service.secrets["/run/secrets/store_service"] == "store_service", "\(service.name)")
                #expect(service.texts("networks").contains("pipeline") || service.name == "belfry")
                #expect(service.node["network_mode"] == nil, "\(service.name)")
                // The command line is used while all runs.
                guard service.name != "belfry" else { continue }
                let condition = service.node["depends_on"]?["postgres"]?["condition"]?.string
                #expect(condition == "service_healthy", "\(service.name)")
            }
            for service in project.services {
                #expect(service.texts("volumes").filter { $0.hasPrefix("store:") } == [], "\(service.name)")
            }
        }
    }

    @Test func `has a database in the network of the programs only, whose data stays`() async throws {
        for project in try await Self.variants() {
            let database = try #require(project["postgres"])
            #expect(database.texts("networks") == ["pipeline"])
            #expect(database.texts("ports") == [])
            #expect(database.texts("volumes").contains("database:/var/lib/postgresql/data"))
            #expect(database.variables["POSTGRES_INITDB_ARGS"]?.contains("--auth-host=scram-sha-256") == true)
            #expect(database.secrets.values.sorted() == ["postgres_password", "store_service"])
        }
    }

    @Test func `makes a user that owns its database and nothing else`() throws {
        let sql = try ComposeProject.text(of: "postgres.sql")
        #expect(sql.contains("CREATE ROLE belfry LOGIN PASSWORD :'password';"))
        #expect(sql.contains("CREATE DATABASE belfry OWNER belfry "))
        #expect(!sql.contains("SUPERUSER") && !sql.contains("GRANT"))
    }

    @Test func `has two recorders beside the endpoints`() async throws {
        let recorder = try #require(try await Self.variants().last?["recorder"])
        #expect(recorder.node["scale"]?.integer == 2)
        #expect(recorder.texts("profiles") == [])
    }
}
