#pragma once
// Input is read only.
#define ZLIB_CONST
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros, which Swift cannot call. 15 + 16 is the largest window, with the header and
// the trailer of gzip (RFC 1952).
static inline int belfry_gzip_deflate_init(z_stream *stream) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
static inline int belfry_gzip_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
