// The losses and their gradients: see loss.h.
#pragma once
#include "kernels/geometry.h"

namespace laminet {
namespace LAMINET_ISA {

#define LAMINET_LOSS(name, constants)                                                                       \
  void name(const LossGeometry& g, const float* prediction, const float* targets, float* losses);           \
  void name##Grad(const LossGeometry& g, const float* prediction, const float* targets, const float* scale, \
                  float* gradient);
#include "kernels/loss/losses.def"
#undef LAMINET_LOSS

}  // namespace LAMINET_ISA
}  // namespace laminet
