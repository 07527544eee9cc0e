#pragma once

/// The commit of the sources, as `BELFRY_COMMIT` named it to the build; "unknown" without.
const char *belfry_build_commit(void);
