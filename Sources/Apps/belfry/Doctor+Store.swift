import Commands
import JobCore
import SQLiteStore
import Settings
import Signing
import Store
import StoreAccess

extension Doctor {
    func storeFinding() async throws -> DoctorFinding {
        let url = try Self.storeURL.value(in: settings)
        guard let backup = url.backup else { return await databaseFinding(url) }
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

    private func databaseFinding(_ url: StoreURL) async -> DoctorFinding {
        do throws(StoreError) {
            return .store(
                try await url.inspect(thoroughly: false), writeFault: nil, place: "the database", now: time.now())
        } catch {
            return .database(error)
        }
    }

    /// Whether the keys are strong, and open the secrets of the store.
    func signingKeysFinding() async throws -> DoctorFinding {
        let check = "signing keys"
        guard let keys = try Self.signingKeys.optional.value(in: settings) else {
            return notGiven(check, AllSettings.signingKeys.row, "this program was given none")
        }
        let sealed = try? await Self.storeURL.value(in: settings).sealedSecrets(at: time.now())
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
