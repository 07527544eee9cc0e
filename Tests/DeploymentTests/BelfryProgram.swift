import Settings

/// A program of Belfry, in files that also run programs: `Program` of TestServers.
typealias BelfryProgram = Program
