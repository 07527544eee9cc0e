import Foundation

/// Reads jobs from YAML and JSON files. docs/job-files.md says what they may hold.
///
/// A document of a file holds one job or a list of jobs. A job is the document that the API takes, with the added
/// fields `service_name` and `job_name`.
public struct JobFiles: Sendable {
    /// The jobs of all files together.
    public static let jobsMax = 10_000
    private static let bytesOfAllMax = 4 * InputFile.bytesMax

    private(set) var contents: [(name: String, bytes: [UInt8])] = []
    private(set) var faults: [FileFault] = []
    private var bytesOfAll = 0

    /// Reads the bytes of files, of the files in folders, and of standard input (`-`). It may wait for a pipe. What
    /// can't be read is a mistake that `jobs` reports with the others.
    public init(reading paths: [String]) {
        for path in paths {
            do throws(FileFault) {
                for file in try Self.files(at: path) { read(file) }
            } catch {
                faults.append(error)
            }
        }
    }

    /// Returns the jobs. Throws all mistakes of all files together; then no job can be relied on.
    public func jobs() throws(InvalidFiles) -> [FileJob] {
        var collector = JobCollector()
        collector.add(faults)
        for content in contents {
            let file = JobFile(content.bytes, name: content.name)
            for entry in file.entries { collector.add(entry) }
            collector.add(file.faults)
        }
        guard collector.faults.isEmpty else { throw InvalidFiles(faults: collector.faults) }
        return collector.jobs
    }

    private mutating func read(_ file: String) {
        do throws(FileFault) {
            let name = InputFile.displayName(file)
            let bytes = try InputFile.read(file)
            guard bytesOfAll + bytes.count <= Self.bytesOfAllMax else {
                throw FileFault(name, "the files together are too large: give at most 64 MiB at once")
            }
            bytesOfAll += bytes.count
            contents.append((name, bytes))
        } catch {
            faults.append(error)
        }
    }

    private static func files(at path: String) throws(FileFault) -> [String] {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return isFolder.boolValue ? try InputFolder.files(in: path) : [path]
    }
}
