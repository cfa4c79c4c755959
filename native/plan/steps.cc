// The steps of a run, as each of its threads goes through them.
#include <algorithm>

#include "plan/clock.h"
#include "plan/plan.h"

namespace laminet {
namespace {

int32_t ceilDiv(int64_t a, int64_t b) { return static_cast<int32_t>((a + b - 1) / b); }

}  // namespace

int32_t Plan::stepSamples(int64_t step) const {
  return static_cast<int32_t>(std::min<int64_t>(program_.batchSize, buffers_.orderLength - step * program_.batchSize));
}

void Plan::work(int index) {
  for (int64_t step = 0; step < steps_;) {
    if (index == 0) {
      const int64_t left = steps_ - step;
      span_ = participants_ > 1 && trains_ ? pace_.next(left) : Pace::Span{left, participants_ == 1};
      for (auto& next : nextTask_) next.store(0, std::memory_order_relaxed);
    }
    meet(index);
    const Pace::Span span = span_;
    const double began = now();
    const bool ended = span.alone && index > 0 ? false : !runSpan(step, index);
    if (index == 0) {
      if (participants_ > 1 && trains_ && !ended) pace_.took(span, now() - began);
      ended_ = ended;
    }
    meet(index);
    if (ended_) return;
    step += span.steps;
  }
}

// False where the run ends in the span.
bool Plan::runSpan(int64_t first, int index) {
  int64_t turn = 0;
  for (int64_t step = first; step < first + span_.steps; step++) {
    if (!runStep(step, &turn, index)) return false;
  }
  return true;
}

// The counter of a stage's tasks. Three take turns: when a stage begins, everyone has left the stage before the last,
// and its counter is set back for the next stage, which begins behind a meeting point.
std::atomic<int32_t>& Plan::tasksOf(int64_t turn, int index) {
  if (index == 0) nextTask_[(turn + 1) % 3].store(0, std::memory_order_relaxed);
  return nextTask_[turn % 3];
}

// False where the run ends with this step. All threads decide alike: by sums that all of them compute, and by a flag
// that thread 0 sets before the last meeting point.
bool Plan::runStep(int64_t step, int64_t* turn, int index) {
  const int parity = static_cast<int>(step & 1);
  const int32_t slices = ceilDiv(stepSamples(step), lowered_.lanes);
  if (index == 0) {
    const bool asked = stopRequested_ || __atomic_load_n(&buffers_.control[0], __ATOMIC_RELAXED) != 0;
    stop_[parity].store(asked, std::memory_order_relaxed);
  }
  for (const Stage& stage : lowered_.stages) {
    runStage(step, stage, slices, tasksOf(*turn, index), index);
    meetInSpan(index);
    ++*turn;
    if (stage.callsBack && failed_.load(std::memory_order_relaxed)) {
      if (index == 0) outcome_ = Outcome::failed;
      return false;
    }
  }

  double loss = 0;
  double correct = 0;
  for (int32_t slice = 0; slice < slices; slice++) {
    loss += sums_[parity][slice].loss;
    correct += sums_[parity][slice].correct;
  }
  if (lowered_.meansLoss) loss /= stepSamples(step);
  // Infinity and NaN have no difference of 0 with themselves.
  const bool diverged = lowered_.hasLoss && trains_ && !(loss - loss == 0);
  const bool stopped = stop_[parity].load(std::memory_order_relaxed);
  if (index == 0) {
    buffers_.losses[step] = loss;
    buffers_.correct[step] = correct;
    if (diverged)
      outcome_ = Outcome::diverged;
    else if (stopped && step + 1 < steps_)
      outcome_ = Outcome::stopped;
  }
  if (diverged) return false;
  if (trains_) finishStep(step, turn, index);
  if (index == 0) {
    finishedSteps_ = step + 1;
    __atomic_store_n(&buffers_.control[1], static_cast<int32_t>(step + 1), __ATOMIC_RELAXED);
    reportProgress();
  }
  return !stopped;
}

// Waits for the other threads, if they take part.
void Plan::meetInSpan(int index) {
  if (!span_.alone) meet(index);
}

void Plan::meet(int index) {
  const double began = buffers_.profile ? now() : 0;
  barrier_->wait();
  if (buffers_.profile) profiles_[index][program_.instructions.size() + 1] += now() - began;
}

void Plan::runStage(int64_t step, const Stage& stage, int32_t slices, std::atomic<int32_t>& next, int index) {
  if (stage.callsBack) {
    if (index == 0) runSlot(step, stage, 0, {0, 1}, index);
    return;
  }
  // A thread by itself does whole calls.
  const int32_t parts = span_.alone ? 1 : stage.parts;
  const int32_t slicesOfTask = stage.together > 1 ? stage.together : slotSlices_;
  const int32_t tasks = stage.once ? 1 : ceilDiv(slices, slicesOfTask) * parts;
  for (int32_t task = next++; task < tasks; task = next++) {
    const Part part = {task % parts, parts};
    if (stage.together > 1) {
      runTogether(step, stage, task / parts * stage.together, part, index);
    } else {
      runSlot(step, stage, task / parts, part, index);
    }
  }
}

// Several slices in one call.
void Plan::runTogether(int64_t step, const Stage& stage, int32_t first, Part part, int index) {
  const int32_t slices = ceilDiv(stepSamples(step), lowered_.lanes);
  Slice slice = sliceOf(step, first, index);
  slice.part = part;
  slice.together.count = std::min(stage.together, slices - first);
  runCalls(stage, slice, index);
}

// The slices whose gradients go to one slot, one after another.
void Plan::runSlot(int64_t step, const Stage& stage, int32_t slot, Part part, int index) {
  const int32_t slices = stage.once ? 1 : ceilDiv(stepSamples(step), lowered_.lanes);
  const int32_t first = slot * slotSlices_;
  float* gradients = gradientSlots_.floats() + slot * slotFloats_;
  float* spare = spare_[index]->floats();
  for (int32_t number = first; number < std::min(slices, first + slotSlices_); number++) {
    Slice slice = sliceOf(step, number, index);
    slice.part = part;
    slice.gradients = number == first ? gradients : spare;
    runCalls(stage, slice, index);
    if (number == first) continue;
    for (const Stage::Range& range : stage.gradients) {
      kernels_->update->add(range.count, spare + range.offset, gradients + range.offset);
    }
  }
}

Slice Plan::sliceOf(int64_t step, int32_t number, int index) {
  Slice slice{};
  slice.blocks[static_cast<int>(Block::thread)] = arenas_[index]->data();
  slice.blocks[static_cast<int>(Block::slice)] =
      slicesBlock_.data() + number * lowered_.blockBytes[static_cast<int>(Block::slice)];
  slice.blocks[static_cast<int>(Block::step)] = stepBlock_.data();
  slice.packed = packed_.floats();
  slice.kept = kept_.floats();
  slice.number = number;
  slice.together = {1, lowered_.blockBytes[static_cast<int>(Block::slice)] / 4};
  slice.room = lowered_.slices;
  slice.buffers = &buffers_;
  slice.row = step * program_.batchSize + static_cast<int64_t>(number) * lowered_.lanes;
  slice.indices = buffers_.order + slice.row;
  slice.stepSamples = stepSamples(step);
  slice.firstSample = static_cast<uint32_t>(number) * static_cast<uint32_t>(lowered_.lanes);
  slice.step = static_cast<uint32_t>(buffers_.stepsBefore + step);
  slice.samples = std::min(lowered_.lanes, slice.stepSamples - number * lowered_.lanes);
  Sums& sums = sums_[step & 1][number];
  slice.loss = &sums.loss;
  slice.correct = &sums.correct;
  slice.failed = &failed_;
  return slice;
}

void Plan::runCalls(const Stage& stage, Slice& slice, int index) {
  const Call* calls = lowered_.calls.data();
  if (!buffers_.profile) {
    for (int32_t i = stage.begin; i < stage.end; i++) calls[i].run(calls[i], slice);
    return;
  }
  double before = now();
  for (int32_t i = stage.begin; i < stage.end; i++) {
    calls[i].run(calls[i], slice);
    const double after = now();
    profiles_[index][calls[i].instruction] += after - before;
    before = after;
  }
}

}  // namespace laminet
