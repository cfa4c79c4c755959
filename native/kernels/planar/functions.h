#pragma once
#include "kernels/geometry.h"
#include "kernels/part.h"

namespace laminet {
namespace LAMINET_ISA {

int64_t planarConv2dScratchSize(const Conv2dGeometry& g);
void planarConv2dForward(const Conv2dGeometry& g, Part part, const float* input, const float* weight, const float* bias,
                         float* scratch, float* output);
void planarConv2dGradInput(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* weight,
                           float* scratch, float* gradInput);
int64_t planarConv2dGradWeightScratchSize(const Conv2dGeometry& g);
void planarConv2dGradWeight(const Conv2dGeometry& g, Part part, const float* gradOutput, const float* input,
                            float* scratch, float* gradWeight);

int64_t planarDensePackedSize(const DenseGeometry& g);
void planarDensePackForward(const DenseGeometry& g, const float* weight, int32_t begin, int32_t end, float* packed);
void planarDenseForward(const DenseGeometry& g, Part part, const float* input, const float* packed, const float* bias,
                        float* output);
void planarDenseGradInput(const DenseGeometry& g, Part part, const float* gradOutput, const float* weight,
                          float* gradInput);
void planarDenseGradWeightRows(const DenseGeometry& g, int32_t begin, int32_t end, int32_t samples, const float* inputs,
                               const float* gradOutputs, float* gradWeight);

void planarMaxPool2dForward(const MaxPool2dGeometry& g, Part part, const float* input, float* output, void* winners);
void planarMaxPool2dGradInput(const MaxPool2dGeometry& g, Part part, const float* gradOutput, const void* winners,
                              float* gradInput);

void planarChannelSums(const ChannelGeometry& g, Part part, const float* x, float* sums);

void planarGatherBytes(const GatherGeometry& g, Part part, const uint8_t* sample, float* output);
void planarGatherFloats(const GatherGeometry& g, Part part, const float* sample, float* output);

}  // namespace LAMINET_ISA
}  // namespace laminet
