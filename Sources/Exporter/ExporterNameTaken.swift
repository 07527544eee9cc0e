/// Another exporterd uses the name in this folder, so this one ends.
public struct ExporterNameTaken: Error, Sendable, Equatable, CustomStringConvertible {
    var name: String
    var folder: String

    public var description: String {
        "another exporterd writes to \(folder) with the name “\(name)”: give each its own (BELFRY_EXPORT_NAME)"
    }
}
