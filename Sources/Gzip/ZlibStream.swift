import CZlib

/// zlib's state, at an address that stays the same: zlib compares it in each call.
struct ZlibStream: ~Copyable {
    private let memory = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let end: (UnsafeMutablePointer<z_stream>) -> CInt

    /// Throws `GzipError.outOfMemory`. `start` prepares the stream, and `end` frees what that took.
    init(
        start: (UnsafeMutablePointer<z_stream>) -> CInt, end: @escaping (UnsafeMutablePointer<z_stream>) -> CInt
    ) throws(GzipError) {
        memory.initialize(to: z_stream())
        self.end = end
        guard start(memory) == Z_OK else { throw .outOfMemory }
    }

    deinit {
        _ = end(memory)
        memory.deinitialize(count: 1)
        memory.deallocate()
    }

    /// Valid while the stream lives.
    var pointer: UnsafeMutablePointer<z_stream> { memory }
}
