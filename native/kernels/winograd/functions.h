#pragma once
#include "kernels/elementwise/elementwise.h"
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {
namespace LAMINET_ISA {

bool winogradSuits(const Conv2dGeometry& g);
int64_t winogradPackedSize(const Conv2dGeometry& g);
void winogradPackForward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed);
void winogradPackBackward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed);
// Floats of working memory of forward and of gradInput; and of gradWeight.
int64_t winogradMapScratchSize(const Conv2dGeometry& g);
int64_t winogradWeightScratchSize(const Conv2dGeometry& g);
void winogradForward(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                     Activation activation, float* scratch, float* output, uint8_t* winners);
void winogradGradInput(const Conv2dGeometry& g, Part part, const float* gradOutput, const uint8_t* winners,
                       const float* packed, float* scratch, float* gradInput);
void winogradGradWeight(const Conv2dGeometry& g, Part part, const float* gradOutput, const uint8_t* winners,
                        const float* input, float* scratch, float* gradWeight);

}  // namespace LAMINET_ISA
}  // namespace laminet
