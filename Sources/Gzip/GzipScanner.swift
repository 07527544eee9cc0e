import CZlib

/// Finds where the last complete member of a gzip file ends. The file may end within a member, or be damaged there.
///
///     var scanner = try GzipScanner()
///     for chunk in chunks { try scanner.scan(chunk) }
///     file.truncate(to: scanner.completeBytes)
public struct GzipScanner: ~Copyable {
    /// The bytes from the beginning of the file to the end of its last complete member, whose checksum is right.
    public private(set) var completeBytes: Int64 = 0
    /// The bytes behind are no part of a member, rather than one that is cut off.
    public private(set) var isDamaged = false
    private var scannedBytes: Int64 = 0
    private let stream: ZlibStream
    private var output = [UInt8](repeating: 0, count: 65_536)

    /// Begins at the start of a file. Throws `GzipError.outOfMemory`.
    public init() throws(GzipError) {
        stream = try ZlibStream(start: belfry_gzip_inflate_init, end: inflateEnd)
    }

    /// Takes the next bytes of the file, at most 1 GiB. Nothing is done once the file is damaged.
    public mutating func scan(_ chunk: [UInt8]) throws(GzipError) {
        guard !isDamaged, !chunk.isEmpty else { return }
        let pointer = stream.pointer
        var result = Z_OK
        var end: Int?
        chunk.withUnsafeBufferPointer { source in
            pointer.pointee.next_in = source.baseAddress
            pointer.pointee.avail_in = UInt32(source.count)
            while pointer.pointee.avail_in > 0, result == Z_OK {
                result = output.withUnsafeMutableBufferPointer { target in
                    // What was compressed is not needed, only whether it can be read.
                    pointer.pointee.next_out = target.baseAddress
                    pointer.pointee.avail_out = UInt32(target.count)
                    return inflate(pointer, Z_NO_FLUSH)
                }
                guard result == Z_STREAM_END else { continue }
                end = source.count - Int(pointer.pointee.avail_in)
                result = inflateReset(pointer)
            }
        }
        if let end { completeBytes = scannedBytes + Int64(end) }
        scannedBytes += Int64(chunk.count)
        if result == Z_MEM_ERROR { throw .outOfMemory }
        isDamaged = result != Z_OK
    }
}
