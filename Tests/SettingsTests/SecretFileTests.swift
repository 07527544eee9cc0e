import Foundation
import Testing

@testable import Settings

@Suite struct `A file with a secret` {
    private static let key = "BELFRY_SIGNING_KEYS"

    /// A file in a folder of its own, which is removed.
    private func withFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "secret")
        try Data(bytes).write(to: file)
        return try body(file.path)
    }

    private func settings(_ variables: [String: String], flags: [String: String] = [:]) -> Settings {
        Settings(program: .courierd, flags: flags, environment: variables)
    }

    @Test(arguments: [
        ("main:a2V5", "main:a2V5"), ("main:a2V5\n", "main:a2V5"), ("main:a2V5\r\n", "main:a2V5"), ("a\nb\n", "a\nb"),
        (" a ", " a "),
    ])
    func `a file with a secret gives its text without the line end at its end`(text: String, value: String) throws {
        let read = try withFile(Array(text.utf8)) { path in
            try AllSettings.signingKeys.value(in: settings(["\(Self.key)_FILE": path]))
        }
        #expect(read == value)
    }

    @Test(
        arguments: [
            ([], "is empty: write the value into it"), ([10], "is empty: write the value into it"),
            ([0xFF, 0xFE], "is not UTF-8 text: write the value into it and nothing else"),
            (
                Array(repeating: 65, count: 65_537),
                "has 65537 bytes, more than the 65536 that are read: name another file"
            ),
        ] as [([UInt8], String)])
    func `a file with a secret that holds no value is refused with what to do`(bytes: [UInt8], fault: String) throws {
        try withFile(bytes) { path in
            let error = #expect(throws: SettingsError.self) {
                try AllSettings.signingKeys.value(in: settings(["\(Self.key)_FILE": path]))
            }
            #expect(error?.problems == ["\(Self.key)_FILE names \(path), which \(fault)"])
        }
    }

    @Test(arguments: [
        (
            "/no/such/file",
            "/no/such/file, which can't be read (No such file or directory): create it, or name the right path"
        ),
        ("", "no file, which can't be read (No such file or directory): create it, or name the right path"),
        ("/dev/null", "/dev/null, which is not a file: name a file"),
        ("/tmp", "/tmp, which is not a file: name a file"),
    ])
    func `a file with a secret that is missing or no file is refused with what to do`(path: String, fault: String) {
        let error = #expect(throws: SettingsError.self) {
            try AllSettings.signingKeys.value(in: settings(["\(Self.key)_FILE": path]))
        }
        #expect(error?.problems == ["\(Self.key)_FILE names \(fault)"])
    }

    @Test func `a file with a secret is refused beside the secret itself`() {
        let error = #expect(throws: SettingsError.self) {
            try AllSettings.signingKeys.value(in: settings([Self.key: "main:a2V5", "\(Self.key)_FILE": "/x"]))
        }
        #expect(error?.problems == ["\(Self.key) and \(Self.key)_FILE are both set: keep one of them"])
    }

    @Test func `a file with a secret is named when its value is wrong, and the value is not shown`() throws {
        struct TooShort: Error, CustomStringConvertible { var description: String { "the key is too short" } }
        try withFile(Array("c2VjcmV0".utf8)) { path in
            let settings = settings(["\(Self.key)_FILE": path])
            let error = #expect(throws: SettingsError.self) {
                _ = try AllSettings.signingKeys.parsed { _ -> String in throw TooShort() }.value(in: settings)
            }
            #expect(error?.description.hasPrefix("\(Self.key)_FILE is invalid: the key is too short; give ") == true)
            #expect(settings.summary["signing-keys"] == "***")
        }
    }

    @Test func `a file with a secret comes after the flag of its setting`() throws {
        let settings = settings(["BELFRY_AMQP_URL_FILE": "/no/such/file"], flags: ["amqp-url": "amqp://one/"])
        #expect(try AllSettings.amqpURL.value(in: settings) == "amqp://one/")
    }

    @Test func `a file with a secret may have the URL of a broker, whose password is not shown`() throws {
        try withFile(Array("amqp://ann:pass1@one/\n".utf8)) { path in
            let settings = settings(["BELFRY_AMQP_URL_FILE": path])
            let url = try AllSettings.amqpURL.value(in: settings)
            #expect(url == "amqp://ann:pass1@one/")
            #expect(settings.summary["amqp-url"] == "amqp://ann:***@one/")
        }
    }

    @Test func `a file may be named for each setting that can hold a secret, and for no other`() {
        let withFile = Set(Program.allCases.flatMap { AllSettings.rows(of: $0) }.compactMap(\.fileVariable))
        #expect(
            withFile == [
                "BELFRY_AMQP_URL_FILE", "BELFRY_SERVICE_AMQP_URL_FILE", "BELFRY_SIGNING_KEYS_FILE",
                "BELFRY_API_KEY_FILE", "BELFRY_MANAGEMENT_URL_FILE",
            ])
    }
}
