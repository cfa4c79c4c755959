#pragma once
#include "kernels/geometry.h"

namespace laminet {
namespace LAMINET_ISA {

int64_t denseKeptInputs(const DenseGeometry& g, int32_t room);
int64_t denseKeptGradients(const DenseGeometry& g, int32_t room);
void denseKeepInputs(const DenseGeometry& g, int64_t slice, int32_t room, const float* input, float* kept);
void denseKeepGradients(const DenseGeometry& g, int64_t slice, int32_t room, const float* gradOutput, float* kept);
void denseGradWeightRows(const DenseGeometry& g, int32_t begin, int32_t end, int32_t slices, int32_t room,
                         const float* keptInputs, const float* keptGradients, float* gradWeight);

}  // namespace LAMINET_ISA
}  // namespace laminet
