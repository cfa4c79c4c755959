// The numbers that instructions carry, field by field as lib/ops declares them: plain structs of int32, so that a
// decoder can fill them in order and a kernel can trust them.
#pragma once
#include <stdint.h>

namespace laminet {

struct Conv2dGeometry {
  int32_t inChannels, inHeight, inWidth;
  int32_t outChannels, outHeight, outWidth;
  int32_t kernelHeight, kernelWidth;
  int32_t strideHeight, strideWidth;
  int32_t padTop, padBottom, padLeft, padRight;
  int32_t dilationHeight, dilationWidth;
  int32_t groups;
};

struct MaxPool2dGeometry {
  int32_t channels, inHeight, inWidth, outHeight, outWidth;
  int32_t kernelHeight, kernelWidth;
  int32_t strideHeight, strideWidth;
  int32_t padTop, padBottom, padLeft, padRight;
};

// A sum is divided by `divisor`, or, where that is 0, by the number of the window's pixels that lie in the image.
struct AveragePool2dGeometry {
  int32_t channels, inHeight, inWidth, outHeight, outWidth;
  int32_t kernelHeight, kernelWidth;
  int32_t strideHeight, strideWidth;
  int32_t padTop, padBottom, padLeft, padRight;
  int32_t divisor;
};

// An image, and the rows and columns around it in a larger one.
struct FrameGeometry {
  int32_t channels, height, width;
  int32_t top, bottom, left, right;
};

struct DenseGeometry {
  int32_t inputs, outputs;
};

struct ChannelGeometry {
  int32_t channels, pixels;
};

struct GatherGeometry {
  int32_t channels, sourceHeight, sourceWidth;
  int32_t padTop, padBottom, padLeft, padRight;
  float scale;
  int32_t bytes;
};

// What is done to images at random: each number is the most, and 0 is not at all.
struct GatherAugmentedGeometry {
  GatherGeometry gather;
  int32_t crop;  // pixels to each side
  int32_t reflect;
  int32_t flip;  // 0: never, 1: at random, 2: every other epoch
  int32_t cutout;
  double brightness, contrast;
  double rotation;  // half turns
  double scaling;
  uint32_t stream;  // of a sample's draws at a step; that of its side in the first epoch is 256 further on
  // Of the draw that says who are the partners of the step's samples, which are gathered in their place; 0 for nobody.
  uint32_t partners;
};

// How samples, or their targets, are mixed with those of others of the step.
struct MixupGeometry {
  int64_t elements;
  uint32_t stream;
  int32_t labels;        // whether targets are class numbers
  int32_t intervals;     // that a draw may lie in
  const double* shares;  // at their ends, one more
};

constexpr int kMostLossConstants = 3;

struct LossGeometry {
  int32_t classes;
  int32_t labels;
  float divisor;
  // The loss's own numbers, in the order in which its op lists them.
  float constants[kMostLossConstants];
  int32_t weighted;  // whether each sample has a weight
};

struct ClassTargetsGeometry {
  int32_t classes;
  int32_t labels;
  float keep, share;
  const double* weights;  // one for each class, or null
};

// The elements of two inputs, which lie one behind the other in the output.
struct ConcatGeometry {
  int32_t first, second;
};

constexpr int kMostConstants = 5;

// What a parameter's update goes by: the share of the weight that is added to its gradient, the share of it that is
// taken away (times the learning rate), what the learning rate is multiplied by, and the optimizer's own numbers in the
// order in which its op lists them.
struct UpdateGeometry {
  int64_t elements;
  double l2, weightDecay, learningRateFactor;
  double constants[kMostConstants];
};

// How strongly a parameter's numbers are penalized: by their sizes and by their squares.
struct PenaltyGeometry {
  int64_t elements;
  double l1, l2;
};

// A bound on a gradient.
struct ClipGeometry {
  int64_t elements;
  double limit;
};

// A bound on the norm of each row of a parameter.
struct MaxNormGeometry {
  int32_t rows, columns;
  double limit;
};

// A parameter's average; the share of it that stays is that one of the step's factors.
struct AverageGeometry {
  int64_t elements;
  int32_t factor;
};

// The elements of the longer tensor, and where in it the shorter one lies.
struct SliceGeometry {
  int32_t elements, begin, length;
};

// Channels, and the places of each in a sample. `frozen` where mean and variance are given.
struct BatchNormGeometry {
  int32_t channels, pixels;
  float epsilon;
  int32_t frozen;
};

struct StatisticsRowGeometry {
  int32_t channels, row;
};

struct CustomGeometry {
  int32_t custom;           // the number of its functions
  int64_t inputs, outputs;  // elements of a sample
  int64_t gradients;        // of all parameters
  int64_t batchSize;
};

struct TakeGradientGeometry {
  int32_t begin, elements;
};

struct FollowGeometry {
  int32_t channels, pixels;
  double momentum;
};

// Channels, which are kept or dropped as a whole, and the places of each. Random words below the threshold drop.
struct DropoutGeometry {
  int32_t channels, pixels;
  uint32_t threshold, stream;
  float scale;
};

struct GroupNormGeometry {
  int32_t channels, pixels, groups;
  float epsilon;
};

struct LocalResponseNormGeometry {
  int32_t channels, pixels, size;
  float alpha, beta, k;
};

}  // namespace laminet
