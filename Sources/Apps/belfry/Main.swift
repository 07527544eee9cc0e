import Settings
import StageKit
import consoled
import courierd
import deadletterd
import dispatcherd
import exporterd
import ingesterd
import reaperd
import tickerd

/// The one executable file, `belfry`. The daemons are links to it, and it is the daemon by whose name it is started.
@main
enum Main {
    static func main() async {
        switch Program(startedAs: CommandLine.arguments.first ?? "") {
        case .tickerd: await Tickerd.main()
        case .dispatcherd: await Dispatcherd.main()
        case .courierd: await Courierd.main()
        case .ingesterd: await Ingesterd.main()
        case .reaperd: await Reaperd.main()
        case .consoled: await Consoled.main()
        case .deadletterd: await Deadletterd.main()
        case .exporterd: await Exporterd.main()
        case .belfry: await Belfry.main()
        }
    }
}
