// Functions of single elements over `count` floats, a multiple of 16. Input and output may be the same memory.
#pragma once
#include <stdint.h>

namespace laminet {

// What a function is told beside its argument, in the order in which lib/ops/elementwise.ts lists it.
struct ElementConstants {
  float first, second;
};

using ElementValue = void (*)(const ElementConstants&, int64_t count, const float* x, float* y);
using ElementGradient = void (*)(const ElementConstants&, int64_t count, const float* gradOutput, const float* v,
                                 float* gradInput);

struct ElementFunction {
  ElementValue value;
  // The gradient of the input from that of the output and from either what the function was given or what it gave:
  // lib/ops/elementwise.ts says which.
  ElementGradient gradient;
};

// What another kernel applies to its results; no value, no function.
struct Activation {
  ElementValue value;
  ElementConstants constants;
};

struct ElementwiseKernels {
  ElementFunction tanh, sigmoid, relu;
  ElementFunction scaledTanh, leakyRelu, elu, hardtanh, hardsigmoid, hardswish;
  ElementFunction silu, mish, gelu, geluTanh, softplus, softsign;
};

}  // namespace laminet
