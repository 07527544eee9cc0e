import Commands
import Foundation
import JobCore
import Settings

extension Doctor {
    /// Enough for the first line of a file with all zones, and for all of a list of leap seconds.
    private static let zoneBytesMax = 65_536

    func zonesFinding() async throws -> DoctorFinding {
        let folder = try AllSettings.tzdir.value(in: settings)
        return await Self.blocking { [now = time.now()] in
            func text(_ name: String) -> String? {
                let file = FileHandle(forReadingAtPath: "\(folder)/\(name)")
                return (try? file?.read(upToCount: Self.zoneBytesMax)).map { String(decoding: $0, as: UTF8.self) }
            }
            return ZoneRelease(zones: text("tzdata.zi"), leapSeconds: text("leapseconds"), version: text("+VERSION"))
                .finding(
                    folder: folder, hasZones: FileManager.default.fileExists(atPath: "\(folder)/Europe/Berlin"),
                    now: now)
        }
    }
}
