import Commands
import JobCore
import SQLiteStore
import Settings
import Signing
import Store
import StoreAccess

extension Doctor {
    func storeFinding() async throws -> DoctorFinding {
        let backup = try Self.storeURL.value(in: settings).backup
        let place = try AllSettings.storeURL.value(in: settings)
        if !backup.isThere, !settings.isGiven(AllSettings.storeURL.row) {
            return notGiven("store", AllSettings.storeURL.row, "there is none at \(place)")
        }
        return await Self.blocking { [now = time.now()] in
            do throws(StoreError) {
                return .store(
                    try backup.inspect(thoroughly: false), writeFault: backup.writeFault, place: place, now: now)
            } catch {
                return .store(error, isThere: backup.isThere)
            }
        }
    }

    /// Whether the keys are strong, and open the secrets of the store.
    func signingKeysFinding() async throws -> DoctorFinding {
        let check = "signing keys"
        guard let keys = try Self.signingKeys.optional.value(in: settings) else {
            return notGiven(check, AllSettings.signingKeys.row, "this program was given none")
        }
        let backup = try Self.storeURL.value(in: settings).backup
        let sealed = await Self.blocking { [now = time.now()] in try? backup.sealedSecrets(at: now) }
        var faults: [String] = []
        for (service, text) in sealed ?? [] {
            do throws(SealedSecretError) {
                _ = try SealedSecret(parsing: text).opened(service: service, keys: keys)
            } catch {
                faults.append("\(service): \(error)")
            }
        }
        if let first = faults.first {
            return .wrong(
                check, first + (faults.count == 1 ? "" : ", and \(faults.count - 1) more secrets"),
                next:
                    "add the key that sealed it at the end of BELFRY_SIGNING_KEYS, then run belfry secrets reseal; if "
                    + "the key is lost, belfry secrets rotate SERVICE makes a new secret")
        }
        let guessable = keys.guessableIDs
        guard guessable.isEmpty else {
            return .warning(
                check, "the key \(guessable.joined(separator: ", ")) does not look random",
                next: "make a new one, NAME:$(openssl rand -base64 32): docs/operations.md, “Rotate a signing key”")
        }
        let opened = sealed.map { $0.isEmpty ? "the store has no sealed secret" : "all sealed secrets can be opened" }
        return .ok(check, "“\(keys.currentID)” signs; \(opened ?? "the store could not be asked for secrets")")
    }
}
