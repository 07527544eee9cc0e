import Testing

/// A secret on a command line is visible to every user of the machine, in the list of processes.
enum SecretRule {
    static func offenders(in page: SourceText) -> [String] {
        page.lines.enumerated().filter { _, line in
            line.contains(#/--(api-key|signing-keys|management-url)\b/#)
                || line.contains(#/--[a-z-]+[ =]["'“]?[a-z]+:\/\/[^ :"'@\/]*:[^ "']*@/#)
                || line.contains(#/\bcurl\b.* (-u|--user)[ =]/#)
                || line.contains(#/\bcurl\b.*-H ["']?Authorization/#)
                || line.contains(#/\brabbitmqctl\b.*\b(add_user|change_password) +[^ `|<]+ +[^ `|<]/#)
        }.map { "\(page.place($0.offset + 1)): \($0.element)" }
    }
}

@Suite struct `A command line` {
    @Test func `in scripts and pages has no secret in it`() {
        let paths =
            ["README.md", "topology/README.md"]
            + SourceTree.paths(below: "docs").filter { $0.hasSuffix(".md") }
            + SourceTree.names(in: "Scripts").map { "Scripts/\($0)" }
        expectNone(paths.map(SourceTree.file).flatMap(SecretRule.offenders))
    }
}

@Suite struct `The scanner of secrets` {
    @Test(arguments: [
        "belfry topology apply --management-url URL", "belfry jobs list --api-key=x",
        "belfry topology check --amqp-url \"amqp://a:PASSWORD@127.0.0.1/\"", "tickerd --amqp-url=amqp://a:b@c",
        "curl -fsS -u admin:x http://y", "curl -X PUT -H \"Authorization: Bearer $KEY\" x",
        "sudo rabbitmqctl add_user admin secret", "rabbitmqctl change_password belfry-tickerd …",
    ])
    func `finds one`(line: String) {
        #expect(SecretRule.offenders(in: SourceText(line, path: "A")).count == 1)
    }

    @Test(arguments: [
        "belfry topology check --amqp-url amqp://c:5672/", "rabbitmqctl add_user admin <password",
        "rabbitmqctl change_password belfry-tickerd`", "curl -H @- http://x", "amqp://user:password@host",
    ])
    func `leaves other lines alone`(line: String) {
        #expect(SecretRule.offenders(in: SourceText(line, path: "A")).isEmpty)
    }
}
