import CZlib

/// A member of a gzip file: a complete one by itself. Members that stand one after the other are a gzip file, too
/// (RFC 1952, 2.2).
///
///     let file = try GzipMember.compressed(first) + GzipMember.compressed(second)
public enum GzipMember {
    /// The member that holds these bytes, at most 1 GiB.
    public static func compressed(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
        precondition(bytes.count <= 1 << 30, "zlib counts in 32 bits")
        let stream = try ZlibStream(start: belfry_gzip_deflate_init, end: deflateEnd)
        let pointer = stream.pointer
        return bytes.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: Int(deflateBound(pointer, UInt(source.count)))) { target, count in
                pointer.pointee.next_in = source.baseAddress
                pointer.pointee.avail_in = UInt32(source.count)
                pointer.pointee.next_out = target.baseAddress
                pointer.pointee.avail_out = UInt32(target.count)
                let result = deflate(pointer, Z_FINISH)
                // The bound is zlib's own promise.
                precondition(result == Z_STREAM_END, "deflate ended with \(result)")
                count = target.count - Int(pointer.pointee.avail_out)
            }
        }
    }
}
