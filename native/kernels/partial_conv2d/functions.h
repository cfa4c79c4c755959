#pragma once
#include "kernels/partial_conv2d/partial_conv2d.h"

namespace laminet {
namespace LAMINET_ISA {

void partialConv2dForward(const Conv2dGeometry& g, const Connections& table, Part part, const float* input,
                          const float* weight, const float* bias, float* output);
void partialConv2dGradInput(const Conv2dGeometry& g, const Connections& table, Part part, const float* gradOutput,
                            const float* weight, float* gradInput);
int64_t partialConv2dScratchSize(const Conv2dGeometry& g);
void partialConv2dGradWeight(const Conv2dGeometry& g, const Connections& table, Part part, const float* gradOutput,
                             const float* input, float* scratch, float* gradWeight);

}  // namespace LAMINET_ISA
}  // namespace laminet
