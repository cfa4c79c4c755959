// Convolution in which each filter sees some of the channels, and its gradients. The table behind the geometry: by
// filter, its number of kernels; then by kernel, its channel.
#include <math.h>

#include <numeric>

#include "plan/calls.h"
#include "plan/checker.h"
#include "plan/field_reader.h"
#include "plan/lowering.h"

namespace laminet {
namespace {

constexpr GeometryFormat format() {
  GeometryFormat format = wholeNumbers<&Geometry::conv2d>();
  format.table = true;
  return format;
}

int64_t kernelsOf(const Instruction& i) { return static_cast<int64_t>(i.table.size()) - i.geometry.conv2d.outChannels; }

// The table, which must be sound, as whole numbers.
std::vector<int32_t> wholeTable(const Instruction& i) { return {i.table.begin(), i.table.end()}; }

// Every filter has kernels, for channels that there are, in ascending order.
bool validTable(const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  const int64_t kernels = kernelsOf(i);
  if (kernels < 1) return false;
  for (const double number : i.table) {
    if (!(number >= 0 && number <= kMostField && number == floor(number))) return false;
  }
  const std::vector<int32_t> table = wholeTable(i);
  const int32_t* counts = table.data();
  const int32_t* channels = counts + g.outChannels;
  int64_t next = 0;
  for (int32_t k = 0; k < g.outChannels; k++) {
    if (counts[k] < 1 || counts[k] > kernels - next) return false;
    for (int32_t n = 0; n < counts[k]; n++, next++) {
      if (channels[next] >= g.inChannels || (n > 0 && channels[next] <= channels[next - 1])) return false;
    }
  }
  return next == kernels;
}

bool valid(const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  return inRange(g.inChannels, 1, kMostExtent) && inRange(g.outChannels, 1, kMostExtent) && g.groups == 1 &&
         fits(g.inHeight, g.outHeight, g.kernelHeight, g.strideHeight, g.dilationHeight, g.padTop, g.padBottom) &&
         fits(g.inWidth, g.outWidth, g.kernelWidth, g.strideWidth, g.dilationWidth, g.padLeft, g.padRight) &&
         validTable(i);
}

int64_t inputsOf(const Conv2dGeometry& g) { return product(g.inChannels, g.inHeight, g.inWidth); }
int64_t outputsOf(const Conv2dGeometry& g) { return product(g.outChannels, g.outHeight, g.outWidth); }
int64_t weightsOf(const Instruction& i) {
  return product(kernelsOf(i), i.geometry.conv2d.kernelHeight, i.geometry.conv2d.kernelWidth);
}

Status checkForward(Checker& checker, const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(i)) return Status::badGeometry;
  return operandsAre((counts(i, 2, 1) || (counts(i, 3, 1) && checker.readsOptional(i.inputs[2], g.outChannels))) &&
                     checker.reads(i.inputs[0], inputsOf(g)) && checker.readsParameter(i.inputs[1], weightsOf(i)) &&
                     checker.writesRow(i.outputs[0], outputsOf(g)));
}

Status checkGradInput(Checker& checker, const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(i)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], outputsOf(g)) &&
                     checker.readsParameter(i.inputs[1], weightsOf(i)) && checker.writesRow(i.outputs[0], inputsOf(g)));
}

Status checkGradWeight(Checker& checker, const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  if (!valid(i)) return Status::badGeometry;
  return operandsAre(counts(i, 2, 1) && checker.reads(i.inputs[0], outputsOf(g)) &&
                     checker.reads(i.inputs[1], inputsOf(g)) && checker.writesGradient(i.outputs[0], weightsOf(i)));
}

// The lists of Connections one behind the other, in their order.
std::vector<int32_t> listsOf(const Instruction& i) {
  const Conv2dGeometry& g = i.geometry.conv2d;
  const auto outChannels = static_cast<size_t>(g.outChannels);
  const auto inChannels = static_cast<size_t>(g.inChannels);
  const auto total = static_cast<size_t>(kernelsOf(i));
  std::vector<int32_t> firstKernels(outChannels + 1, 0), firstUses(inChannels + 1, 0), kernels(total), filters(total);
  const std::vector<int32_t> table = wholeTable(i);
  std::partial_sum(table.begin(), table.begin() + g.outChannels, firstKernels.begin() + 1);
  const int32_t* channels = table.data() + outChannels;
  for (size_t n = 0; n < total; n++) firstUses[static_cast<size_t>(channels[n]) + 1]++;
  std::partial_sum(firstUses.begin(), firstUses.end(), firstUses.begin());
  std::vector<int32_t> next(firstUses);
  for (size_t k = 0; k < outChannels; k++) {
    for (int32_t n = firstKernels[k]; n < firstKernels[k + 1]; n++) {
      const auto use = static_cast<size_t>(next[static_cast<size_t>(channels[n])]++);
      kernels[use] = n;
      filters[use] = static_cast<int32_t>(k);
    }
  }
  std::vector<int32_t> lists(firstKernels);
  lists.insert(lists.end(), channels, channels + total);
  lists.insert(lists.end(), firstUses.begin(), firstUses.end());
  lists.insert(lists.end(), kernels.begin(), kernels.end());
  lists.insert(lists.end(), filters.begin(), filters.end());
  return lists;
}

Connections connectionsOf(const Call& call) {
  const Conv2dGeometry& g = call.geometry.conv2d;
  const int32_t* firstKernels = call.table;
  const int32_t* channels = firstKernels + g.outChannels + 1;
  const int32_t* firstUses = channels + firstKernels[g.outChannels];
  const int32_t* kernels = firstUses + g.inChannels + 1;
  return {firstKernels, channels, firstUses, kernels, kernels + firstKernels[g.outChannels]};
}

void forward(const Call& call, Slice& slice) {
  call.kernels->partialConv2d->forward(call.geometry.conv2d, connectionsOf(call), slice.part, inputOf(call, slice, 0),
                                       weightOf(call, slice), biasOf(call, slice), outputOf(call, slice));
}

void gradInput(const Call& call, Slice& slice) {
  call.kernels->partialConv2d->gradInput(call.geometry.conv2d, connectionsOf(call), slice.part, inputOf(call, slice, 0),
                                         weightOf(call, slice), outputOf(call, slice));
}

void gradWeight(const Call& call, Slice& slice) {
  call.kernels->partialConv2d->gradWeight(call.geometry.conv2d, connectionsOf(call), slice.part,
                                          inputOf(call, slice, 0), inputOf(call, slice, 1),
                                          floatsAt(slice, call.scratch), gradientOf(call, slice));
}

void lowerForward(Lowering& lowering, const Instruction& i, Call* call) {
  call->table = lowering.keepTable(listsOf(i));
  call->weight = lowering.parameterOffset(i.inputs[1]);
  if (i.inputs.size() == 3 && i.inputs[2] >= 0) call->bias = lowering.parameterOffset(i.inputs[2]);
}

void lowerGradInput(Lowering& lowering, const Instruction& i, Call* call) {
  call->table = lowering.keepTable(listsOf(i));
  call->weight = lowering.parameterOffset(i.inputs[1]);
}

void lowerGradWeight(Lowering& lowering, const Instruction& i, Call* call) {
  call->table = lowering.keepTable(listsOf(i));
  lowering.addSlotGradient(i, call);
}

int64_t scratch(const Call& call) { return call.kernels->partialConv2d->scratchSize(call.geometry.conv2d); }

int64_t work(const Call& call) {
  const Conv2dGeometry& g = call.geometry.conv2d;
  return int64_t{call.table[g.outChannels]} * g.kernelHeight * g.kernelWidth * g.outHeight * g.outWidth;
}

}  // namespace

constexpr OpDefinition partialConv2dOp = {
    .geometry = format(),
    .check = checkForward,
    .run = forward,
    .lower = lowerForward,
    .work = work,
};

constexpr OpDefinition partialConv2dGradInputOp = {
    .geometry = format(),
    .check = checkGradInput,
    .run = gradInput,
    .lower = lowerGradInput,
    .work = work,
};

constexpr OpDefinition partialConv2dGradWeightOp = {
    .geometry = format(),
    .check = checkGradWeight,
    .run = gradWeight,
    .lower = lowerGradWeight,
    .scratchFloats = scratch,
    .work = work,
};

}  // namespace laminet
