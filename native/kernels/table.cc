#include "kernels/table.h"

#include "kernels/conv2d/functions.h"

#define LAMINET_TEXT_OF(name) #name
#define LAMINET_TEXT(name) LAMINET_TEXT_OF(name)

namespace laminet {
namespace LAMINET_ISA {

const Conv2dKernels& conv2dKernels() {
  static constexpr Conv2dKernels kernels = {conv2dPackForward, conv2dPackBackward, conv2dForward,
                                            conv2dGradInput,   conv2dScratchSize,  conv2dGradWeight};
  return kernels;
}

const Conv2dPoolKernels& conv2dPoolKernels() {
#if LAMINET_ISA_SSE2
  // Without instructions for choices and tables there is nothing to win backward.
  static constexpr Conv2dPoolKernels kernels = {
      conv2dPoolForward, [](const Conv2dGeometry&) { return false; }, nullptr, nullptr, nullptr, nullptr, nullptr};
#else
  static constexpr Conv2dPoolKernels kernels = {conv2dPoolForward,      conv2dPoolHasGradients, conv2dPoolPackedSize,
                                                conv2dPoolPackBackward, conv2dPoolGradInput,    conv2dPoolScratchSize,
                                                conv2dPoolGradWeight};
#endif
  return kernels;
}

const KernelTable& kernelTable() {
  static const KernelTable table = {
      .name = LAMINET_TEXT(LAMINET_ISA),
      .conv2d = &conv2dKernels(),
      .conv2dPool = &conv2dPoolKernels(),
      .dense = &denseKernels(),
      .maxPool2d = &maxPool2dKernels(),
      .softmax = &softmaxKernels(),
      .loss = &lossKernels(),
      .gather = &gatherKernels(),
      .gatherAugmented = &gatherAugmentedKernels(),
      .update = &updateKernels(),
      .orthogonalize = &orthogonalizeKernels(),
      .peak = &peakKernels(),
      .pairwise = &pairwiseKernels(),
      .planar = &planarKernels(),
      .averagePool2d = &averagePool2dKernels(),
      .batchNorm = &batchNormKernels(),
      .winograd = &winogradKernels(),
      .partialConv2d = &partialConv2dKernels(),
      .elementwise = &elementwiseKernels(),
      .channels = &channelKernels(),
      .ranking = &rankingKernels(),
      .dropout = &dropoutKernels(),
      .groupNorm = &groupNormKernels(),
      .localResponseNorm = &localResponseNormKernels(),
      .mixup = &mixupKernels(),
  };
  return table;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
