// The last stage of a step: gradients are added up, parameters changed and packed for the next step.
#include <string.h>

#include "plan/clock.h"
#include "plan/op.h"
#include "plan/plan.h"

namespace laminet {

void Plan::updateParameters(int64_t step, std::atomic<int32_t>& next, int index) {
  const auto tasks = static_cast<int32_t>(tasks_.size());
  const double began = buffers_.profile ? now() : 0;
  const int32_t all = tasks + static_cast<int32_t>(lowered_.follows.size());
  for (int32_t task = next++; task < all; task = next++) {
    if (task < tasks) {
      update(step, tasks_[task], index);
    } else {
      const Follow& follow = lowered_.follows[task - tasks];
      const auto* statistics = reinterpret_cast<const float*>(stepBlock_.data() + follow.statistics.offset);
      follow.run(follow, stepSamples(step), statistics, buffers_.parameters);
    }
  }
  if (buffers_.profile) profiles_[index][program_.instructions.size()] += now() - began;
}

// Leaves the sums over the step's slices, and over all uses of the parameter, in the first slot.
void Plan::sumGradients(int64_t step, const Task& task, float* gradients, int index) {
  const Parameter& parameter = program_.parameters[task.parameter];
  const int32_t slices = (stepSamples(step) + lowered_.lanes - 1) / lowered_.lanes;
  const int64_t rowFloats = parameter.size / rows_[task.parameter];
  const int64_t count = (task.end - task.begin) * rowFloats;
  for (const GradientPart& part : lowered_.gradientParts[task.parameter]) {
    float* partial = gradientSlots_.floats() + part.place + task.begin * rowFloats;
    if (part.product) {
      const double began = buffers_.profile ? now() : 0;
      part.product(part, *kernels_, task.begin, task.end, slices, kept_.floats(), gradientSlots_.floats() + part.place);
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
    if (partial != gradients) kernels_->update->add(count, partial, gradients);
  }
}

void Plan::update(int64_t step, const Task& task, int index) {
  if (!lowered_.hasGradient[task.parameter]) return;
  const Parameter& parameter = program_.parameters[task.parameter];
  const int64_t rowFloats = parameter.size / rows_[task.parameter];
  const int64_t offset = parameter.offset + task.begin * rowFloats;
  const int64_t count = (task.end - task.begin) * rowFloats;
  float* gradients = gradientSlots_.floats() + offset;
  sumGradients(step, task, gradients, index);
  const bool stopping = stop_[step & 1].load(std::memory_order_relaxed);
  if (step + 1 == steps_ || stopping) {
    memcpy(buffers_.gradients + offset, gradients, static_cast<size_t>(count) * sizeof(float));
  }
  if (lowered_.updates[task.parameter] < 0) return;
  change(step, program_.instructions[lowered_.updates[task.parameter]], offset, count, gradients);
  pack(task.parameter, task.begin, task.end);
}

// Changes `count` numbers of a parameter, which lie at `offset` among the parameters and in each slot of the state.
void Plan::change(int64_t step, const Instruction& update, int64_t offset, int64_t count, const float* gradients) {
  UpdateArguments arguments{};
  arguments.count = count;
  arguments.gradients = gradients;
  arguments.weights = buffers_.parameters + offset;
  for (int32_t slot = 0; slot < program_.stateSlots; slot++) {
    arguments.state[slot] = buffers_.state + slot * program_.parameterElements + offset;
  }
  arguments.geometry = &update.geometry.update;
  arguments.learningRate = buffers_.learningRates[step];
  arguments.factors = buffers_.factors + step * program_.stepFactors;
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
