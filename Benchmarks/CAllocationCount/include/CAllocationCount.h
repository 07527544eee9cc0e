#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Starts or stops to count the allocations of all threads of this process.
void allocation_count_enable(bool is_enabled);

/// The number of calls of malloc, calloc, realloc and their relatives while the count was enabled.
uint64_t allocation_count(void);
