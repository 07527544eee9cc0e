import CPostgreSQL

/// Which server, and how.
///
///     let options = try PostgresOptions(parsing: "postgres://belfry:secret@db-1,db-2/belfry", name: "ingesterd")
///
/// The URL is libpq's (PostgreSQL, “Connection Strings”), with several hosts if one may take over from another: the one
/// that takes writes is used. What it does not say is set here: the server's certificate is verified unless the host is
/// this machine, and no call waits for ever.
public struct PostgresOptions: Sendable {
    /// The keywords and values of a connection.
    let parameters: [String: String]
    /// The URL without the password and the parameters, for logs.
    public let place: String

    /// `name` is shown in `pg_stat_activity`. Throws what is wrong with the URL, without the password it may hold.
    public init(parsing url: String, name: String) throws(PostgresURLError) {
        var given = try Self.read(url)
        guard let database = given["dbname"], !database.isEmpty else {
            throw PostgresURLError("it names no database: postgres://USER:PASSWORD@HOST/DATABASE")
        }
        // An “@” or “/” of the password that is not written as %XX is taken for the end of the password.
        guard !database.contains(where: { $0 == "@" || $0 == "/" }), given["host"]?.contains("@") != true else {
            throw PostgresURLError("write “@” in the user or the password as %40, and “/” as %2F")
        }
        let ports = (given["port"] ?? "").split(separator: ",")
        guard ports.allSatisfy({ UInt16($0).map { $0 > 0 } ?? false }) else {
            throw PostgresURLError("its port is not a number from 1 to 65535")
        }
        let hosts = (given["hostaddr"] ?? given["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        place = "postgres://\(given["host"] ?? given["hostaddr"] ?? "")/\(database)"
        let options = given.removeValue(forKey: "options")
        var parameters = Self.defaults
        if hosts.allSatisfy(Self.isThisMachine) {
            parameters["sslmode"] = "prefer"
        } else {
            parameters["sslmode"] = "verify-full"
            parameters["sslrootcert"] = "/etc/ssl/certs/ca-certificates.crt"
        }
        // Without verification libpq would verify all the same if there were a file of authorities.
        if let mode = given["sslmode"], !mode.hasPrefix("verify") { parameters["sslrootcert"] = nil }
        parameters["fallback_application_name"] = name
        // The last one of two values holds.
        parameters["options"] = (Self.session.map { "-c \($0)" } + [options].compactMap(\.self)).joined(separator: " ")
        self.parameters = parameters.merging(given) { $1 }
    }

    private static let defaults = [
        "client_encoding": "UTF8", "target_session_attrs": "read-write",
        // Seconds, for each host.
        "connect_timeout": "5",
        // A host that is gone is noticed after about 15 s, in whatever state the connection is.
        "keepalives_idle": "5", "keepalives_interval": "5", "keepalives_count": "2", "tcp_user_timeout": "15000",
    ]

    /// What holds in each session. A transaction of a program that was frozen keeps its locks for no longer than
    /// `idle_in_transaction_session_timeout`. `client_connection_check_interval` ends what is done for a program that
    /// has closed its connection. Each statement is written for an index, and one plan serves all of its values: a plan
    /// that was made for a table while it was empty would read all of it later.
    private static let session = [
        "statement_timeout=25s", "lock_timeout=5s", "idle_in_transaction_session_timeout=10s",
        "client_connection_check_interval=2s", "search_path=belfry", "timezone=UTC",
        "plan_cache_mode=force_generic_plan", "jit=off", "enable_seqscan=off", "enable_hashjoin=off",
        "enable_mergejoin=off", "enable_bitmapscan=off", "max_parallel_workers_per_gather=0",
        "default_transaction_isolation=read\\ committed", "default_transaction_read_only=off",
    ]

    private static func isThisMachine(_ host: Substring) -> Bool {
        host.isEmpty || host.hasPrefix("/") || host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func read(_ url: String) throws(PostgresURLError) -> [String: String] {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw PostgresURLError("it begins with neither postgres:// nor postgresql://")
        }
        var reason: UnsafeMutablePointer<CChar>?
        guard let list = PQconninfoParse(url, &reason) else {
            PQfreemem(reason)
            // Not libpq's text: it repeats parts of the URL.
            throw PostgresURLError(
                "libpq can't read it: write other characters than letters and digits of the user and the password as "
                    + "%XX, and check the parameters")
        }
        defer { PQconninfoFree(list) }
        var values: [String: String] = [:]
        var option = list
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }
}

/// What is wrong with the URL of a server.
public struct PostgresURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
