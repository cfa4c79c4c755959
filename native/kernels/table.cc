#include "kernels/table.h"

#include "kernels/conv2d/functions.h"

#define LAMINET_TEXT_OF(name) #name
#define LAMINET_TEXT(name) LAMINET_TEXT_OF(name)

namespace laminet {
namespace LAMINET_ISA {

const Conv2dKernels& conv2dKernels() {
  static constexpr Conv2dKernels kernels = {conv2dPackForward, conv2dPackBackward, conv2dForward,   conv2dForwardPool,
                                            conv2dGradInput,   conv2dScratchSize,  conv2dGradWeight};
  return kernels;
}

const KernelTable& kernelTable() {
  static const KernelTable table = {
      LAMINET_TEXT(LAMINET_ISA), &conv2dKernels(),     &denseKernels(),
      &maxPool2dKernels(),       &activationKernels(), &lossKernels(),
      &gatherKernels(),          &updateKernels(),     &peakKernels(),
      &pairwiseKernels(),        &planarKernels(),     &averagePool2dKernels(),
  };
  return table;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
