import Glibc

/// The limit of files that this process may have open, connections among them.
enum OpenFiles {
    /// Raises the limit as far as the process may, up to 65,536, and returns it.
    ///
    /// Many systems start processes with 1,024, since `select` can't take more; nothing in Belfry uses `select`.
    @discardableResult
    static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        let wanted = min(limit.rlim_max, 65_536)
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = wanted
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
