// How the calls of a slice are divided into stages.
#pragma once
#include "plan/lower.h"

namespace laminet {

// Where a step has at least as many slices as threads, each thread takes whole slices through all calls. Where it has
// fewer, the calls that are worth it are done in parts by several threads, which then meet. Calls whose weights do not
// stay in a core's cache do several slices together, in a stage of their own. The rules look at shapes and the number
// of threads alone, and change no result.
std::vector<Stage> divide(const std::vector<Call>& calls, int32_t slices, int32_t threads);

}  // namespace laminet
