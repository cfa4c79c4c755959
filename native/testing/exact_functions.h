// The vector functions beside the same functions in double precision, made of the standard library's: their own errors
// are less than a millionth of a float's unit in the last place.
#pragma once
#include <math.h>
#include <stdint.h>

#include "plan/plan.h"
#include "testing/ulps.h"
#include "testing/vector_functions.h"

namespace laminet::testing {

// Over `count` floats, a multiple of 16.
using Vectorized = void (*)(InstructionSet, int64_t count, const float* x, float* y);

struct ExactFunction {
  const char* name;
  Vectorized vectorized;
  double (*exact)(double);
  UlpBound bound;
};

template <auto VectorFunctions::*function>
void vectorFunction(InstructionSet set, int64_t count, const float* x, float* y) {
  (vectorFunctionsFor(set).*function)(count, x, y);
}

// The numbers that functions are told by default.
inline constexpr ElementConstants kNoConstants = {0, 0};
inline constexpr ElementConstants kScaledTanh = {1.7159f, 2.0f / 3};
inline constexpr ElementConstants kLeakyRelu = {0.01f, 0};
inline constexpr ElementConstants kHardtanh = {-1, 1};
inline constexpr ElementConstants kElu = {1, 1};
inline constexpr ElementConstants kSelu = {1.0507009873554805f, 1.7580993408473766f};
inline constexpr ElementConstants kSoftplus = {1, 20};

template <ElementFunction ElementwiseKernels::*function, const ElementConstants& constants = kNoConstants>
void elementFunction(InstructionSet set, int64_t count, const float* x, float* y) {
  (kernelsFor(set).elementwise->*function).value(constants, count, x, y);
}

inline double exactSigmoid(double x) { return x >= 0 ? 1 / (1 + ::exp(-x)) : ::exp(x) / (1 + ::exp(x)); }

// x f(x) at the infinities, too, where f is 0 at the lower one.
inline double timesArgument(double x, double f) { return isinf(x) && f == 0 ? -0.0 : x * f; }

// The probability of a normal number below x.
inline double exactNormal(double x) { return ::erfc(-x * M_SQRT1_2) / 2; }

inline double exactScaledTanh(double x) {
  return static_cast<double>(kScaledTanh.first) * ::tanh(static_cast<double>(kScaledTanh.second) * x);
}

inline double exactRelu(double x) { return x < 0 ? 0 : x; }

inline double exactLeakyRelu(double x) { return x < 0 ? static_cast<double>(kLeakyRelu.first) * x : x; }

inline double exactHardtanh(double x) { return x < -1 ? -1 : x > 1 ? 1 : x; }

inline double exactElu(double x) { return x < 0 ? ::expm1(x) : x; }

inline double exactSelu(double x) {
  return x < 0 ? static_cast<double>(kSelu.second) * ::expm1(x) : static_cast<double>(kSelu.first) * x;
}

inline double exactSilu(double x) { return timesArgument(x, exactSigmoid(x)); }

// tanh(softplus(x)) = n / (n + 2) with n = e^x (e^x + 2).
inline double exactMish(double x) {
  const double e = ::exp(x);
  return x > 20 ? x : timesArgument(x, e * (e + 2) / (e * (e + 2) + 2));
}

inline double exactGelu(double x) { return timesArgument(x, exactNormal(x)); }

inline double exactGeluTanh(double x) {
  return timesArgument(x, exactSigmoid(2 * sqrt(M_2_PI) * (x + 0.044715 * x * x * x)));
}

inline double exactSoftplus(double x) { return x > 20 ? x : ::log1p(::exp(x)); }

inline double exactSoftsign(double x) { return isinf(x) ? copysign(1.0, x) : x / (1 + fabs(x)); }

inline double exactHardsigmoid(double x) { return x < -3 ? 0 : x > 3 ? 1 : (x + 3) / 6; }

inline double exactHardswish(double x) { return timesArgument(x, exactHardsigmoid(x)); }

inline constexpr ExactFunction kExactFunctions[] = {
    {"exp", vectorFunction<&VectorFunctions::exp>, ::exp, kExpUlps},
    {"log", vectorFunction<&VectorFunctions::log>, ::log, kLogUlps},
    {"tanh", elementFunction<&ElementwiseKernels::tanh>, ::tanh, kTanhUlps},
    {"sigmoid", elementFunction<&ElementwiseKernels::sigmoid>, exactSigmoid, kSigmoidUlps},
    {"relu", elementFunction<&ElementwiseKernels::relu>, exactRelu, kExact},
    {"scaledTanh", elementFunction<&ElementwiseKernels::scaledTanh, kScaledTanh>, exactScaledTanh, kScaledTanhUlps},
    {"leakyRelu", elementFunction<&ElementwiseKernels::leakyRelu, kLeakyRelu>, exactLeakyRelu, kRounded},
    {"elu", elementFunction<&ElementwiseKernels::elu, kElu>, exactElu, kEluUlps},
    {"selu", elementFunction<&ElementwiseKernels::elu, kSelu>, exactSelu, kSeluUlps},
    {"hardtanh", elementFunction<&ElementwiseKernels::hardtanh, kHardtanh>, exactHardtanh, kExact},
    {"hardsigmoid", elementFunction<&ElementwiseKernels::hardsigmoid>, exactHardsigmoid, kHardsigmoidUlps},
    {"hardswish", elementFunction<&ElementwiseKernels::hardswish>, exactHardswish, kHardswishUlps},
    {"silu", elementFunction<&ElementwiseKernels::silu>, exactSilu, kSiluUlps},
    {"mish", elementFunction<&ElementwiseKernels::mish>, exactMish, kMishUlps},
    {"gelu", elementFunction<&ElementwiseKernels::gelu>, exactGelu, kGeluUlps},
    {"geluTanh", elementFunction<&ElementwiseKernels::geluTanh>, exactGeluTanh, kGeluTanhUlps},
    {"softplus", elementFunction<&ElementwiseKernels::softplus, kSoftplus>, exactSoftplus, kSoftplusUlps},
    {"softsign", elementFunction<&ElementwiseKernels::softsign>, exactSoftsign, kSoftsignUlps},
};

}  // namespace laminet::testing
