import JobCore

/// The rules of `belfry jobs apply`: which jobs change. Pure.
public struct JobPlanner: Sendable {
    /// Whose the jobs of the files are. Nil leaves it to the files.
    public var owner: String?
    /// Whether jobs of other owners may be taken.
    public var takesOver: Bool
    /// Whether jobs that no file contains are deleted: those of the owner, or without one those of the services of
    /// which the files contain jobs.
    public var prunes: Bool

    public init(owner: String? = nil, takesOver: Bool = false, prunes: Bool = false) {
        self.owner = owner
        self.takesOver = takesOver
        self.prunes = prunes
    }

    /// Whether jobs may change whose services are not in the files.
    public var concernsAllServices: Bool { prunes && owner != nil }

    /// The changes that bring the jobs on record, `current`, in line with those of the files: those of the files in
    /// their order, then the deletions in the order of their names.
    ///
    /// Throws all jobs that the owner may not have, together.
    public func plan(_ files: [FileJob], current: [ShownJob]) throws(InvalidFiles) -> JobPlan {
        let shown = Dictionary(current.map { ($0.name, $0) }) { first, _ in first }
        var (changes, faults, unchangedCount): ([JobChange], [FileFault], Int) = ([], [], 0)
        for file in files {
            let before = shown[file.name]
            if let fault = fault(in: file, current: before) {
                faults.append(FileFault(file.place, "\(file.name): \(fault)"))
            } else if let change = JobChange(owner.map(file.owned(by:)) ?? file, current: before) {
                changes.append(change)
            } else {
                unchangedCount += 1
            }
        }
        guard faults.isEmpty else { throw InvalidFiles(faults: faults) }
        if prunes { changes += surplus(files, current) }
        return JobPlan(changes, unchangedCount: unchangedCount)
    }

    private func fault(in file: FileJob, current: ShownJob?) -> String? {
        guard let owner else { return nil }
        if let given = file.job.owner, given != owner {
            return "/owner: is “\(given)”, and --owner is “\(owner)”. Remove it, or give --owner \(given)."
        }
        if let other = current?.owner, other != owner, !takesOver {
            return "it is managed by “\(other)”. Remove it from the file, or take it with --take-over."
        }
        return nil
    }

    private func surplus(_ files: [FileJob], _ current: [ShownJob]) -> [JobChange] {
        let (names, services) = (Set(files.map(\.name)), Set(files.map(\.name.service)))
        let surplus = current.filter { shown in
            guard !names.contains(shown.name) else { return false }
            return owner.map { shown.owner == $0 } ?? services.contains(shown.name.service)
        }
        return surplus.map { ("\($0.name)", $0) }.sorted { $0.0 < $1.0 }.map { JobChange(deletionOf: $0.1) }
    }
}
