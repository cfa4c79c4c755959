#pragma once
#include "kernels/geometry.h"

namespace laminet {
namespace LAMINET_ISA {

int64_t denseKeptInputs(const DenseGeometry& g);
void denseKeepInputs(const DenseGeometry& g, const float* input, float* kept);
void denseGradWeightRows(const DenseGeometry& g, int32_t begin, int32_t end, int32_t slices, const float* keptInputs,
                         const float* gradOutputs, float* gradWeight);

}  // namespace LAMINET_ISA
}  // namespace laminet
