import Store
import Testing

@testable import Console

@Suite struct `The permission of a key` {
    private static let table: [(APIKey.Scope, Access, String?, Permission)] = [
        (.admin, .read, nil, .granted), (.admin, .write, nil, .granted),
        (.admin, .read, "billing", .granted), (.admin, .write, "billing", .granted),
        (.read, .read, nil, .granted), (.read, .write, nil, .readOnly),
        (.read, .read, "billing", .granted), (.read, .write, "billing", .readOnly),
        (.service("billing"), .read, "billing", .granted), (.service("billing"), .write, "billing", .granted),
        (.service("billing"), .read, "shipping", .onlyService("billing")),
        (.service("billing"), .write, "shipping", .onlyService("billing")),
        (.service("billing"), .read, nil, .onlyService("billing")),
        (.service("billing"), .write, nil, .onlyService("billing")),
        (.service("billing"), .read, "Billing", .onlyService("billing")),
        (.service("billing"), .read, "billing2", .onlyService("billing")),
        (.service("billing"), .read, "", .onlyService("billing")),
        (.admin, .handleDeadLetters, nil, .granted), (.admin, .handleDeadLetters, "billing", .granted),
        (.read, .handleDeadLetters, nil, .onlyAdmin), (.read, .handleDeadLetters, "billing", .onlyAdmin),
        (.service("billing"), .handleDeadLetters, nil, .onlyAdmin),
        (.service("billing"), .handleDeadLetters, "billing", .onlyAdmin),
        (.admin, .manageKeys, nil, .granted), (.read, .manageKeys, nil, .onlyAdmin),
        (.service("billing"), .manageKeys, nil, .onlyAdmin), (.service("billing"), .manageKeys, "billing", .onlyAdmin),
    ]

    @Test(arguments: table)
    func `follows from its scope, the access and the service`(
        scope: APIKey.Scope, access: Access, service: String?, permission: Permission
    ) {
        #expect(Permission(access, of: service, for: scope) == permission)
    }
}
