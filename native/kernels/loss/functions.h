#pragma once
#include "kernels/geometry.h"

namespace laminet {
namespace LAMINET_ISA {

void softmaxCrossEntropy(const LossGeometry& g, const float* logits, const float* targets, float* losses);
void softmaxCrossEntropyGrad(const LossGeometry& g, const float* logits, const float* targets, const float* scale,
                             float* gradient);
void softmaxLogisticError(const LossGeometry& g, const float* logits, const float* targets, float* losses);
void softmaxLogisticErrorGrad(const LossGeometry& g, const float* logits, const float* targets, const float* scale,
                              float* gradient);

}  // namespace LAMINET_ISA
}  // namespace laminet
