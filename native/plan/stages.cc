#include "plan/stages.h"

#include <algorithm>

namespace laminet {
namespace {

// A part must be worth meeting for: this many vector operations take about a microsecond and a half, a meeting of two
// threads that are awake a third of one.
constexpr int64_t kLeastWork = 5000;

int64_t convolutionWork(const Conv2dGeometry& g) {
  return static_cast<int64_t>(g.outChannels) * g.outHeight * g.outWidth * (g.inChannels / g.groups) * g.kernelHeight *
         g.kernelWidth;
}

// The number of parts a slice with which all threads have as equal a share as possible: parts of slices go round the
// threads, and the last round may be short of work.
int32_t bestParts(int32_t slices, int32_t threads, int64_t most) {
  int32_t best = 1;
  for (int32_t parts = 2; parts <= std::min<int64_t>(threads, most); parts++) {
    const auto rounds = [&](int32_t count) { return (static_cast<int64_t>(slices) * count + threads - 1) / threads; };
    if (rounds(parts) * best < rounds(best) * parts) best = parts;
  }
  return best;
}

}  // namespace

int64_t workOf(const Call& call) {
  constexpr int64_t kTranscendental = 20;
  const auto& g = call.geometry;
  int64_t work = 0;
  switch (call.op) {
    case Op::conv2d:
    case Op::conv2dGradInput:
    case Op::conv2dGradWeight:
    case Op::dense:
    case Op::denseGradInput:
    case Op::denseGradWeight:
      if (!call.dense) {
        work = convolutionWork(g.conv2d);
      } else if (call.op == Op::conv2dGradWeight || call.op == Op::denseGradWeight) {
        // Only keeps its operands for the second stage.
        work = g.dense.inputs + g.dense.outputs;
      } else {
        work = static_cast<int64_t>(g.dense.inputs) * g.dense.outputs;
      }
      break;
    case Op::biasGrad: work = 2 * static_cast<int64_t>(g.channels.channels) * g.channels.pixels; break;
    case Op::addBias: work = 3 * static_cast<int64_t>(g.channels.channels) * g.channels.pixels; break;
    case Op::maxPool2d:
    case Op::maxPool2dGrad:
      work = 4 * static_cast<int64_t>(g.maxPool2d.channels) * g.maxPool2d.inHeight * g.maxPool2d.inWidth;
      break;
    case Op::averagePool2d:
    case Op::averagePool2dGrad:
      work = 3 * static_cast<int64_t>(g.averagePool2d.channels) * g.averagePool2d.inHeight * g.averagePool2d.inWidth;
      break;
    case Op::gather: work = 6 * call.outputElements[0]; break;
    case Op::tanh:
    case Op::sigmoid: work = kTranscendental * g.elements; break;
    case Op::relu:
    case Op::tanhGrad:
    case Op::sigmoidGrad:
    case Op::reluGrad:
    case Op::add:
    case Op::multiply: work = 3 * g.elements; break;
    case Op::batchStatistics:
    case Op::batchNormSums:
    case Op::batchNormGradInput:
    case Op::batchNorm: work = 4 * int64_t{g.batchNorm.channels} * g.batchNorm.pixels; break;
    case Op::concat:
    case Op::slice:
    case Op::sliceGrad:
    case Op::zeroPad2d:
    case Op::crop2d: work = 2 * call.outputElements[0]; break;
    default: return 0;
  }
  return call.lanes == 1 ? work / kSliceSamples : work;
}

std::vector<Stage> divide(const std::vector<Call>& calls, int32_t slices, int32_t threads) {
  std::vector<Stage> stages;
  for (int32_t i = 0; i < static_cast<int32_t>(calls.size()); i++) {
    const int32_t parts =
        slices < threads && !calls[i].once ? bestParts(slices, threads, workOf(calls[i]) / kLeastWork) : 1;
    const bool joins = !stages.empty() && stages.back().parts == 1 && parts == 1 &&
                       stages.back().once == calls[i].once && !calls[i - 1].meets;
    if (!joins) stages.push_back({i, i, parts, calls[i].once, {}});
    stages.back().end = i + 1;
  }
  return stages;
}

}  // namespace laminet
