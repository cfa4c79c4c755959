// The vector functions beside the same functions of the standard library in double precision, whose own errors are a
// billionth of a float's unit in the last place.
#pragma once
#include <math.h>
#include <stdint.h>

#include "testing/ulps.h"
#include "testing/vector_functions.h"

namespace laminet::testing {

using Vectorized = void (*VectorFunctions::*)(int64_t, const float*, float*);

struct ExactFunction {
  const char* name;
  Vectorized vectorized;
  double (*exact)(double);
  UlpBound bound;
};

inline double exactSigmoid(double x) { return x >= 0 ? 1 / (1 + ::exp(-x)) : ::exp(x) / (1 + ::exp(x)); }

inline constexpr ExactFunction kExactFunctions[] = {
    {"exp", &VectorFunctions::exp, ::exp, kExpUlps},
    {"log", &VectorFunctions::log, ::log, kLogUlps},
    {"tanh", &VectorFunctions::tanh, ::tanh, kTanhUlps},
    {"sigmoid", &VectorFunctions::sigmoid, exactSigmoid, kSigmoidUlps},
};

}  // namespace laminet::testing
