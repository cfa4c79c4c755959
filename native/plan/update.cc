// The end of a step: gradients are added up, parameters changed and packed for the next step.
#include <math.h>
#include <string.h>

#include <algorithm>

#include "plan/clock.h"
#include "plan/op.h"
#include "plan/plan.h"

namespace laminet {

EndOfStep Plan::endOf(int64_t step) const {
  EndOfStep end{};
  const int64_t steps = program_.stepsPerUpdate;
  const int64_t samples = steps * program_.batchSize;
  end.step = step;
  end.update = step / steps;
  end.begins = step % steps == 0;
  end.updates = (step + 1) % steps == 0 || step + 1 == steps_;
  const int64_t all = std::min(samples, buffers_.orderLength - end.update * samples);
  end.share = static_cast<float>(static_cast<double>(stepSamples(step)) / static_cast<double>(all));
  end.keepsGradients = step + 1 == steps_ || stop_[step & 1].load(std::memory_order_relaxed);
  return end;
}

// Goes through the stages of a step's end, of which those that do not update are left out where the step does not.
void Plan::finishStep(int64_t step, int64_t* turn, int index) {
  const EndOfStep end = endOf(step);
  for (const UpdateStage& stage : updates_.stages) {
    const bool first = &stage == updates_.stages.data();
    if (!first && !end.updates) break;
    runUpdateStage(stage, end, first, tasksOf(*turn, index), index);
    meetInSpan(index);
    ++*turn;
  }
  if (index == 0 && buffers_.penalties) {
    double penalty = 0;
    for (const double part : penalties_) penalty += part;
    buffers_.penalties[step] = penalty;
  }
}

void Plan::runUpdateStage(const UpdateStage& stage, const EndOfStep& end, bool first, std::atomic<int32_t>& next,
                          int index) {
  const double began = buffers_.profile ? now() : 0;
  const int32_t tasks = updates_.tasks(stage.work, static_cast<int32_t>(lowered_.norms.size()));
  const int32_t all = tasks + (first ? static_cast<int32_t>(lowered_.follows.size()) : 0);
  for (int32_t task = next++; task < all; task = next++) {
    if (task >= tasks) {
      const Follow& follow = lowered_.follows[task - tasks];
      const auto* statistics = reinterpret_cast<const float*>(stepBlock_.data() + follow.statistics.offset);
      follow.run(follow, stepSamples(end.step), statistics, buffers_.parameters);
      continue;
    }
    switch (stage.work) {
      case UpdateWork::whole:
        gather(end, task, index);
        if (end.updates) apply(end, task, index);
        break;
      case UpdateWork::gather: gather(end, task, index); break;
      case UpdateWork::norms: addNorm(task); break;
      case UpdateWork::apply: apply(end, task, index); break;
      default: changeMatrix(stage, end, task, index);
    }
  }
  if (buffers_.profile) profiles_[index][program_.instructions.size()] += now() - began;
}

Plan::Numbers Plan::numbersOf(int32_t task, int index) {
  const RowRange& range = updates_.ranges[task];
  const Parameter& parameter = program_.parameters[range.of];
  const int64_t rowFloats = parameter.size / updates_.rows[range.of];
  Numbers numbers{};
  numbers.offset = parameter.offset + range.begin * rowFloats;
  numbers.count = (range.end - range.begin) * rowFloats;
  numbers.sums = updates_.passing[range.of] ? range_[index]->floats() : gradientSlots_.floats() + numbers.offset;
  numbers.own = lowered_.rules[range.of].accumulates ? gathered_.floats() + numbers.offset : numbers.sums;
  return numbers;
}

// Sums over the step's slices, and over all uses of the parameter.
void Plan::sumGradients(int64_t step, const RowRange& range, float* sums, int index) {
  const Parameter& parameter = program_.parameters[range.of];
  const int32_t slices = (stepSamples(step) + lowered_.lanes - 1) / lowered_.lanes;
  const int64_t rowFloats = parameter.size / updates_.rows[range.of];
  const int64_t count = (range.end - range.begin) * rowFloats;
  if (lowered_.gradientParts[range.of].empty()) memset(sums, 0, static_cast<size_t>(count) * sizeof(float));
  for (const GradientPart& part : lowered_.gradientParts[range.of]) {
    float* partial = updates_.passing[range.of] ? sums : gradientSlots_.floats() + part.place + range.begin * rowFloats;
    if (part.product) {
      const double began = buffers_.profile ? now() : 0;
      part.product(part, *kernels_, range.begin, range.end, slices, kept_.floats(), partial - range.begin * rowFloats);
      if (buffers_.profile) {
        // It counts as the instruction's time, not as the last stage's.
        const double taken = now() - began;
        profiles_[index][part.instruction] += taken;
        profiles_[index][program_.instructions.size()] -= taken;
      }
    } else {
      kernels_->update->sumSlots(partial, slotFloats_, part.whole ? 1 : (slices + slotSlices_ - 1) / slotSlices_,
                                 count);
    }
    if (partial != sums) kernels_->update->add(count, partial, sums);
  }
}

void Plan::gather(const EndOfStep& end, int32_t task, int index) {
  const RowRange& range = updates_.ranges[task];
  if (!lowered_.hasGradient[range.of]) return;
  const ParameterRules& rules = lowered_.rules[range.of];
  const UpdateKernels& kernels = *kernels_->update;
  const Numbers n = numbersOf(task, index);
  const float* weights = buffers_.parameters + n.offset;
  sumGradients(end.step, range, n.sums, index);
  if (rules.penalized) {
    const PenaltyGeometry& g = rules.penalty;
    penalties_[task] = (g.l1 == 0 ? 0 : g.l1 * kernels.sizes(n.count, weights)) +
                       (g.l2 == 0 ? 0 : g.l2 / 2 * kernels.squares(n.count, weights));
  }
  if (rules.hasPenaltyGradient) {
    kernels.addPenalty(n.count, rules.penaltyGradient.l1, rules.penaltyGradient.l2, weights, n.sums);
  }
  if (rules.accumulates) kernels.gather(n.count, end.share, end.begins, n.sums, n.own);
  if (!end.updates) {
    if (end.keepsGradients) keepGradients(n.offset, n.count, n.sums);
    return;
  }
  if (rules.largest > 0) kernels.clamp(n.count, static_cast<float>(rules.largest), n.own);
  if (rules.squares) squares_[task] = kernels.squares(n.count, n.own);
}

// Hands the gradients of a run's last step to the caller.
void Plan::keepGradients(int64_t offset, int64_t count, const float* gradients) {
  memcpy(buffers_.gradients + offset, gradients, static_cast<size_t>(count) * sizeof(float));
}

// The squares of all of its members, range by range.
void Plan::addNorm(int32_t norm) {
  double squares = 0;
  for (const int32_t parameter : lowered_.norms[norm]) {
    for (int32_t range = updates_.firstRange[parameter]; range < updates_.firstRange[parameter + 1]; range++) {
      squares += squares_[range];
    }
  }
  norms_[norm] = sqrt(squares);
}

void Plan::boundByNorm(const EndOfStep& end, const ParameterRules& rules, const Numbers& n) {
  if (rules.norm >= 0) {
    const double factor = rules.largestNorm / (norms_[rules.norm] + 1e-6);
    // A norm that is not a number makes the gradients such, too.
    if (!(factor >= 1)) kernels_->update->scale(n.count, static_cast<float>(factor), n.own);
  }
  if (end.keepsGradients) keepGradients(n.offset, n.count, n.own);
}

void Plan::apply(const EndOfStep& end, int32_t task, int index) {
  const RowRange& range = updates_.ranges[task];
  const ParameterRules& rules = lowered_.rules[range.of];
  const Numbers n = numbersOf(task, index);
  float* weights = buffers_.parameters + n.offset;
  const int32_t matrix = updates_.matrixOf[range.of];
  // Those of matrices are bounded before their momentum.
  if (lowered_.hasGradient[range.of] && matrix < 0) boundByNorm(end, rules, n);
  if (rules.update >= 0) {
    const Instruction& update = program_.instructions[rules.update];
    if (matrix >= 0) {
      applyMatrix(end, updates_.matrices[matrix], update.geometry.update, n);
    } else {
      change(end, update, n);
    }
  }
  if (rules.maxNorm.rows > 0) {
    const int64_t columns = rules.maxNorm.columns;
    for (int64_t at = 0; at < n.count; at += columns) {
      kernels_->update->boundRow(columns, rules.maxNorm.limit, weights + at);
    }
  }
  if (rules.averageSlot >= 0) {
    const double kept = buffers_.factors[end.update * program_.stepFactors + rules.averageFactor];
    float* average = buffers_.state + rules.averageSlot * program_.parameterElements + n.offset;
    kernels_->update->average(n.count, kept, weights, average);
  }
  if (rules.update >= 0) pack(range.of, range.begin, range.end);
}

// Changes numbers of a parameter by an optimizer that knows each by itself.
void Plan::change(const EndOfStep& end, const Instruction& update, const Numbers& n) {
  UpdateArguments arguments{};
  arguments.count = n.count;
  arguments.gradients = n.own;
  arguments.weights = buffers_.parameters + n.offset;
  for (int32_t slot = 0; slot < std::min(program_.stateSlots, kMostState); slot++) {
    arguments.state[slot] = buffers_.state + slot * program_.parameterElements + n.offset;
  }
  arguments.geometry = &update.geometry.update;
  arguments.learningRate = buffers_.learningRates[end.update] * update.geometry.update.learningRateFactor;
  arguments.factors = buffers_.factors + end.update * program_.stepFactors;
  (kernels_->update->*definitionOf(update.op).update.kernel)(arguments);
}

void Plan::pack(int32_t parameter, int32_t begin, int32_t end) {
  for (const Packing& packing : lowered_.packings) {
    if (packing.parameter != parameter) continue;
    const float* weight = buffers_.parameters + program_.parameters[parameter].offset;
    packing.pack(packing, *kernels_, weight, begin, end, packed_.floats() + packing.offset);
  }
}

}  // namespace laminet
