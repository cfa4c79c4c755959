// What losses over the softmax of their inputs have in common. What all classes of a lane share lies in memory between
// the loops, each of which reads what it needs.
#pragma once
#include "kernels/loss/rows.h"

namespace laminet {
namespace LAMINET_ISA {

// A number for each lane.
struct Row {
  alignas(64) float values[kLanes];
  LAMINET_INLINE Vec of(int lane) const { return load(values + lane); }
};

// The largest logit of each lane, its class, and the sum of exp(z - largest).
struct Softmax {
  Row most, winner, sum;
};

// The classes other than the one of the largest logit.
struct Others {
  Row second;  // their largest logit
  Row sum;     // of exp(z - second) over them
};

LAMINET_INLINE Mask winsAt(const Softmax& s, int32_t k, int lane) {
  return equal(s.winner.of(lane), broadcast(static_cast<float>(k)));
}

// rows = exp(logits - shift) for classes [begin, end).
void expOfRest(int32_t begin, int32_t end, const float* logits, const Row& shift, float* rows);
void findSoftmax(const LossGeometry& g, const float* logits, Softmax& s);
void findOthers(const LossGeometry& g, const float* logits, const Softmax& s, Others& others);

}  // namespace LAMINET_ISA
}  // namespace laminet
