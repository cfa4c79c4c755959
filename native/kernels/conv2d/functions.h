#pragma once
#include "kernels/elementwise/elementwise.h"
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {
namespace LAMINET_ISA {

void conv2dForward(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                   float* output);
void conv2dGradInput(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* packed,
                     float* gradInput);
void conv2dGradInputStrided(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* packed,
                            float* gradInput);
// Whether gradWeight goes by vectors of channels: a rule on the geometry alone.
bool conv2dByChannels(const Conv2dGeometry& g);
int64_t conv2dChannelScratchSize(const Conv2dGeometry& g);
void conv2dGradWeightChannels(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* input,
                              float* scratch, float* gradWeight);
int64_t conv2dScratchSize(const Conv2dGeometry& g);
void conv2dGradWeight(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* input, float* scratch,
                      float* gradWeight);
void conv2dPackForward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed);
void conv2dPackBackward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed);

// Together with max-pooling.
void conv2dPoolForward(const Conv2dGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                       Activation activation, float* output, uint8_t* winners);
bool conv2dPoolHasGradients(const Conv2dGeometry& g);
int64_t conv2dPoolPackedSize(const Conv2dGeometry& g);
void conv2dPoolPackBackward(const Conv2dGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed);
void conv2dPoolGradInput(const Conv2dGeometry& g, Part part, const float* gradPooled, const uint8_t* winners,
                         const float* packed, float* gradInput);
int64_t conv2dPoolScratchSize(const Conv2dGeometry& g);
void conv2dPoolGradWeight(const Conv2dGeometry& g, Part part, const float* gradPooled, const uint8_t* winners,
                          const float* input, float* scratch, float* gradWeight);

}  // namespace LAMINET_ISA
}  // namespace laminet
