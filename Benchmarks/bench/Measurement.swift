import JobCore

/// Reads what an installation has used, at the beginning and at the end of what is measured.
struct Measurement {
    private let installation: Installation
    private let processes: ProcessMeter
    private let metrics: StageMetrics
    private let transactionCount: TransactionCount
    private let time = SystemTime()

    private let messagesBefore: Int
    private let transactionsBefore: UInt32
    private let processesBefore: ProcessMeter.Reading
    private let busyBefore: Double
    private let begunMilliseconds: Int64

    /// Begins. The stages are asked for their metrics first, so that the answers are not measured.
    init(of installation: Installation) async throws {
        self.installation = installation
        processes = ProcessMeter(pidFolder: installation.pidFolder)
        metrics = try StageMetrics(pidFolder: installation.pidFolder)
        transactionCount = TransactionCount(installation: installation)
        messagesBefore = try await metrics.handledMessages()
        transactionsBefore = try await transactionCount.read()
        processesBefore = processes.read()
        busyBefore = MachineLoad.busySeconds()
        begunMilliseconds = time.monotonicMilliseconds()
    }

    /// Ends, and returns what was used in between.
    func end() async throws -> Usage {
        let reading = processes.read()
        let transactions = try await transactionCount.read() &- transactionsBefore
        let busy = MachineLoad.busySeconds() - busyBefore
        let milliseconds = time.monotonicMilliseconds() - begunMilliseconds
        // A message is counted as handled once it is acked, which is shortly after what it led to is on record.
        try await time.sleep(milliseconds: 300)
        let messages = try await metrics.handledMessages() - messagesBefore
        let cpu = reading.cpuByProcess(since: processesBefore)
        return Usage(
            seconds: Double(milliseconds) / 1_000, cpuByProcess: cpu, residentByProcess: reading.residentMegabytes,
            proportionalByProcess: reading.proportionalMegabytes,
            otherCPUSeconds: max(0, busy - cpu.values.reduce(0, +)), transactions: Int(transactions),
            messages: messages, loadAverages: installation.loadAverages)
    }
}
