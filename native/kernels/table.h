// Everything that a plan can call, for one instruction set.
#pragma once
#include "kernels/average_pool2d/average_pool2d.h"
#include "kernels/batch_norm/batch_norm.h"
#include "kernels/channels/channels.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_pool.h"
#include "kernels/dense/dense.h"
#include "kernels/dropout/dropout.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gather/gather.h"
#include "kernels/gather_augmented/gather_augmented.h"
#include "kernels/group_norm/group_norm.h"
#include "kernels/local_response_norm/local_response_norm.h"
#include "kernels/loss/loss.h"
#include "kernels/max_pool2d/max_pool2d.h"
#include "kernels/mixup/mixup.h"
#include "kernels/orthogonalize/orthogonalize.h"
#include "kernels/pairwise/pairwise.h"
#include "kernels/partial_conv2d/partial_conv2d.h"
#include "kernels/peak/peak.h"
#include "kernels/planar/planar.h"
#include "kernels/ranking/ranking.h"
#include "kernels/softmax/softmax.h"
#include "kernels/update/update.h"
#include "kernels/winograd/winograd.h"

namespace laminet {

struct KernelTable {
  const char* name;
  const Conv2dKernels* conv2d;
  const Conv2dPoolKernels* conv2dPool;
  const DenseKernels* dense;
  const MaxPool2dKernels* maxPool2d;
  const SoftmaxKernels* softmax;
  const LossKernels* loss;
  const GatherKernels* gather;
  const GatherAugmentedKernels* gatherAugmented;
  const UpdateKernels* update;
  const OrthogonalizeKernels* orthogonalize;
  const PeakKernels* peak;
  const PairwiseKernels* pairwise;
  const PlanarKernels* planar;
  const AveragePool2dKernels* averagePool2d;
  const BatchNormKernels* batchNorm;
  const WinogradKernels* winograd;
  const PartialConv2dKernels* partialConv2d;
  const ElementwiseKernels* elementwise;
  const ChannelKernels* channels;
  const RankingKernels* ranking;
  const DropoutKernels* dropout;
  const GroupNormKernels* groupNorm;
  const LocalResponseNormKernels* localResponseNorm;
  const MixupKernels* mixup;
};

// Samples in a slice; the layout of every tensor of a slice.
constexpr int32_t kSliceSamples = 16;

#define LAMINET_DECLARE_KERNELS(isa)                          \
  namespace isa {                                             \
  const Conv2dKernels& conv2dKernels();                       \
  const Conv2dPoolKernels& conv2dPoolKernels();               \
  const DenseKernels& denseKernels();                         \
  const MaxPool2dKernels& maxPool2dKernels();                 \
  const SoftmaxKernels& softmaxKernels();                     \
  const LossKernels& lossKernels();                           \
  const GatherKernels& gatherKernels();                       \
  const GatherAugmentedKernels& gatherAugmentedKernels();     \
  const UpdateKernels& updateKernels();                       \
  const OrthogonalizeKernels& orthogonalizeKernels();         \
  const PeakKernels& peakKernels();                           \
  const PairwiseKernels& pairwiseKernels();                   \
  const PlanarKernels& planarKernels();                       \
  const AveragePool2dKernels& averagePool2dKernels();         \
  const BatchNormKernels& batchNormKernels();                 \
  const WinogradKernels& winogradKernels();                   \
  const PartialConv2dKernels& partialConv2dKernels();         \
  const ElementwiseKernels& elementwiseKernels();             \
  const ChannelKernels& channelKernels();                     \
  const RankingKernels& rankingKernels();                     \
  const DropoutKernels& dropoutKernels();                     \
  const GroupNormKernels& groupNormKernels();                 \
  const LocalResponseNormKernels& localResponseNormKernels(); \
  const MixupKernels& mixupKernels();                         \
  const KernelTable& kernelTable();                           \
  }

LAMINET_DECLARE_KERNELS(sse2)
LAMINET_DECLARE_KERNELS(avx2)
LAMINET_DECLARE_KERNELS(avx512)

#undef LAMINET_DECLARE_KERNELS

}  // namespace laminet
