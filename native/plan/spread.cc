// One sample through kernels that are written for 16: for ops that are a small share of any network.
#include <string.h>

#include "plan/calls.h"

namespace laminet {

void runSpread(const Call& call, Slice& slice) {
  const Call& inner = *call.spread;
  for (int k = 0; k < kMostOperands; k++) {
    const int64_t elements = call.inputElements[k];
    if (elements == 0) continue;
    const float* from = inputOf(call, slice, k);
    float* to = inputOf(inner, slice, k);
    memset(to, 0, static_cast<size_t>(elements) * kSliceSamples * sizeof(float));
    for (int64_t e = 0; e < elements; e++) to[e * kSliceSamples] = from[e];
  }
  inner.run(inner, slice);
  for (int k = 0; k < kMostOperands; k++) {
    const int64_t elements = call.outputElements[k];
    if (elements == 0) continue;
    const float* from = outputOf(inner, slice, k);
    float* to = outputOf(call, slice, k);
    for (int64_t e = 0; e < elements; e++) to[e] = from[e * kSliceSamples];
  }
}

}  // namespace laminet
