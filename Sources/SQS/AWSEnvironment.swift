import Foundation
import JobCore

/// What the environment and AWS's shared files say: keys, and the region.
public struct AWSEnvironment: Sendable {
    private static let fileBytesMax = 1_024 * 1_024

    private let variables: [String: String]

    /// `variables` are those of the process, such as `AWS_PROFILE`.
    public init(variables: [String: String]) {
        self.variables = variables
    }

    /// The value of a variable; nil if it is not set or empty.
    subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The region of `AWS_REGION`, of `AWS_DEFAULT_REGION` or of the profile; nil without one, or if it is malformed.
    public var region: String? {
        let region = self["AWS_REGION"] ?? self["AWS_DEFAULT_REGION"] ?? (try? profile())?["region"]
        return region.flatMap { SQSQueueURL.isRegion($0) ? $0 : nil }
    }

    /// The profile's name.
    var profileName: String { self["AWS_PROFILE"] ?? "default" }
    /// The path of the file with the keys of all profiles.
    var credentialsPath: String { path("AWS_SHARED_CREDENTIALS_FILE", orInHome: ".aws/credentials") }
    /// The path of the file with the settings of all profiles.
    var configPath: String { path("AWS_CONFIG_FILE", orInHome: ".aws/config") }

    /// The settings of the profile, of which those in the file of credentials count more. Nil if neither file has it.
    func profile() throws(AWSCredentialsError) -> [String: String]? {
        let name = profileName
        let config = try sections(of: configPath)
        // "[profile NAME]", and "[default]" without the word; the SDKs take "[profile default]", too, and prefer it.
        let settings = config["profile \(name)"] ?? (name == "default" ? config[name] : nil)
        let keys = try sections(of: credentialsPath)[name]
        if settings == nil, keys == nil { return nil }
        return (settings ?? [:]).merging(keys ?? [:]) { $1 }
    }

    /// The text of a file; nil if there is none. Throws for one that can't be read, is too large or is not UTF-8.
    func text(of path: String) throws(AWSCredentialsError) -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let file = FileHandle(forReadingAtPath: path),
            let bytes = try? file.read(upToCount: Self.fileBytesMax + 1) ?? Data()
        else { throw .missing("\(path) can't be read by this user") }
        guard bytes.count <= Self.fileBytesMax else {
            throw .missing("\(path) has more than \(Self.fileBytesMax) bytes")
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else { throw .missing("\(path) is not UTF-8") }
        return text
    }

    private func sections(of path: String) throws(AWSCredentialsError) -> [String: [String: String]] {
        guard let text = try text(of: path) else { return [:] }
        do throws(INIFile.Fault) {
            return try INIFile(parsing: text).sections
        } catch {
            throw .missing("\(path), line \(error.line): \(error.reason)")
        }
    }

    private func path(_ variable: String, orInHome name: String) -> String {
        let home = self["HOME"] ?? NSHomeDirectory()
        guard let path = self[variable] else { return "\(home)/\(name)" }
        return path.hasPrefix("~/") ? home + path.dropFirst() : path
    }
}
