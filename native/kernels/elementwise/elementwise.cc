#include "kernels/elementwise/elementwise.h"

#include "kernels/elementwise/functions.h"
#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

template <class Function>
void value(const ElementConstants& c, int64_t count, const float* x, float* y) {
  for (int64_t i = 0; i < count; i += kWidth) store(y + i, Function::value(load(x + i), c));
}

template <class Function>
void gradient(const ElementConstants& c, int64_t count, const float* gradOutput, const float* v, float* gradInput) {
  for (int64_t i = 0; i < count; i += kWidth) {
    store(gradInput + i, Function::gradient(load(gradOutput + i), load(v + i), c));
  }
}

template <class Function>
constexpr ElementFunction function = {value<Function>, gradient<Function>};

}  // namespace

const ElementwiseKernels& elementwiseKernels() {
  static constexpr ElementwiseKernels kernels = {
      function<Tanh>, function<Sigmoid>,  function<Relu>,        function<ScaledTanh>, function<LeakyRelu>,
      function<Elu>,  function<Hardtanh>, function<Hardsigmoid>, function<Hardswish>,  function<Silu>,
      function<Mish>, function<Gelu>,     function<GeluTanh>,    function<Softplus>,   function<Softsign>,
  };
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
