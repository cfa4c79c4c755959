// The functions of update.h whose sources are several.
#pragma once
#include <stdint.h>

namespace laminet {
namespace LAMINET_ISA {

void addTo(int64_t count, const float* from, float* to);
void sumSlots(float* first, int64_t stride, int32_t slots, int64_t count);
void clampGradients(int64_t count, float limit, float* gradients);
void scaleGradients(int64_t count, float factor, float* gradients);
void gatherGradients(int64_t count, float share, bool begins, const float* gradients, float* gathered);
void addPenaltyGradients(int64_t count, double l1, double l2, const float* weights, float* gradients);
double sumOfSquares(int64_t count, const float* values);
double sumOfSizes(int64_t count, const float* values);
void averageWeights(int64_t count, double kept, const float* weights, float* average);
void boundRow(int64_t columns, double limit, float* weights);

}  // namespace LAMINET_ISA
}  // namespace laminet
