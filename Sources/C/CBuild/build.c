#include "build.h"

// Package.swift defines BELFRY_COMMIT. Swift has no such definitions, so this is the only file that a new commit
// compiles again.
const char *belfry_build_commit(void) { return BELFRY_COMMIT; }
