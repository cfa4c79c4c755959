#include "plan/plan.h"

#include "plan/clock.h"
#include "plan/fuse.h"

#include <string.h>

#include <algorithm>

namespace laminet {
namespace {

// A step's gradients are kept in so many slots at most; in larger batches neighbouring slices share one.
constexpr int32_t kMostSlots = 64;
// Numbers that one task of the second stage changes, about: enough to be worth handing out.
constexpr int64_t kTaskFloats = 2048;
// Rows of a weight matrix are handed out in multiples of this.
constexpr int32_t kRowBlock = 8;
constexpr int64_t kMostBytes = int64_t{1} << 40;

int32_t ceilDiv(int64_t a, int64_t b) { return static_cast<int32_t>((a + b - 1) / b); }

}  // namespace

const KernelTable& kernelsFor(InstructionSet set) {
  if (set == InstructionSet::avx512) return avx512::kernelTable();
  if (set == InstructionSet::avx2) return avx2::kernelTable();
  return sse2::kernelTable();
}

Status Plan::create(const double* numbers, size_t count, int threads, InstructionSet set, std::unique_ptr<Plan>* result,
                    int32_t* where) {
  if (!isAvailable(set)) return Status::noInstructionSet;
  std::unique_ptr<Plan> plan(new Plan());
  const Status status = decodeProgram(numbers, count, &plan->program_, where);
  if (status != Status::ok) return status;
  *where = -1;
  fuse(&plan->program_);
  const Program& program = plan->program_;
  plan->kernels_ = &kernelsFor(set);
  const int32_t slices = ceilDiv(program.batchSize, kSliceSamples);
  plan->lowered_ = lower(program, *plan->kernels_, slices);
  const Lowered& lowered = plan->lowered_;

  plan->slotSlices_ = ceilDiv(slices, kMostSlots);
  plan->slots_ = ceilDiv(slices, plan->slotSlices_);
  plan->trains_ = std::find(lowered.hasGradient.begin(), lowered.hasGradient.end(), true) != lowered.hasGradient.end();
  plan->slotFloats_ = plan->trains_ ? (program.parameterElements + 15) / 16 * 16 : 0;
  plan->threads_ = threads;
  if (plan->workingBytes() > kMostBytes) return Status::tooLarge;

  plan->rows_.assign(program.parameters.size(), 0);
  for (const Packing& packing : lowered.packings) plan->rows_[packing.parameter] = packing.rows;
  for (const DenseGradient& dense : lowered.denseGradients) plan->rows_[dense.parameter] = dense.geometry.outputs;
  for (size_t p = 0; p < program.parameters.size(); p++) {
    int32_t& rows = plan->rows_[p];
    if (rows == 0) rows = static_cast<int32_t>(program.parameters[p].size);
    const int64_t rowFloats = program.parameters[p].size / rows;
    // Whole blocks of rows where there are several: they are packed together.
    const auto atLeast = static_cast<int32_t>(std::max<int64_t>(1, kTaskFloats / rowFloats));
    const int32_t step = ceilDiv(atLeast, kRowBlock) * kRowBlock;
    for (int32_t begin = 0; begin < rows; begin += step) {
      plan->tasks_.push_back({static_cast<int32_t>(p), begin, std::min(rows, begin + step)});
    }
  }

  bool enough = plan->packed_.allocate(lowered.packedFloats * 4) && plan->kept_.allocate(lowered.keptFloats * 4) &&
                plan->gradientSlots_.allocate(plan->slots_ * plan->slotFloats_ * 4);
  for (int i = 0; i < threads && enough; i++) {
    plan->arenas_.push_back(std::make_unique<AlignedBlock>());
    plan->spare_.push_back(std::make_unique<AlignedBlock>());
    enough = plan->arenas_.back()->allocate(lowered.arenaBytes) &&
             plan->spare_.back()->allocate(plan->slotSlices_ > 1 ? plan->slotFloats_ * 4 : 0);
  }
  if (!enough) return Status::outOfMemory;
  plan->profiles_.assign(static_cast<size_t>(threads), std::vector<double>(plan->profileLength(), 0.0));
  plan->denseGradients_.assign(program.parameters.size(), nullptr);
  for (const DenseGradient& dense : lowered.denseGradients) plan->denseGradients_[dense.parameter] = &dense;
  for (auto& sums : plan->sums_) sums.resize(static_cast<size_t>(slices));
  plan->team_ = std::make_unique<Team>(threads);
  *result = std::move(plan);
  return Status::ok;
}

int64_t Plan::workingBytes() const {
  const int64_t spare = slotSlices_ > 1 ? slotFloats_ : 0;
  return threads_ * (lowered_.arenaBytes + spare * 4) +
         (lowered_.packedFloats + lowered_.keptFloats + slots_ * slotFloats_) * 4;
}

bool Plan::prepare(const RunBuffers& buffers) {
  bool idle = false;
  if (!running_.compare_exchange_strong(idle, true)) return false;
  buffers_ = buffers;
  steps_ = ceilDiv(buffers.orderLength, program_.batchSize);
  // No more threads than a step has work for.
  participants_ = std::max(1, std::min(threads_, slots_));
  barrier_ = std::make_unique<Barrier>(participants_);
  for (int parity = 0; parity < 2; parity++) {
    nextSlot_[parity] = 0;
    nextTask_[parity] = 0;
    stop_[parity] = false;
  }
  stopRequested_ = false;
  outcome_ = Outcome::done;
  finishedSteps_ = 0;
  if (__atomic_load_n(&buffers.control[0], __ATOMIC_RELAXED) != 0) {
    outcome_ = Outcome::stopped;
    steps_ = 0;
  }
  if (buffers.profile) {
    for (auto& profile : profiles_) std::fill(profile.begin(), profile.end(), 0.0);
  }
  // Packing takes longer than a small network's forward pass of one sample: it is left out where nothing has changed.
  if (buffers.version == 0 || buffers.version != packedVersion_ || trains_) {
    for (size_t p = 0; p < rows_.size(); p++) pack(static_cast<int32_t>(p), 0, rows_[p]);
  }
  packedVersion_ = trains_ ? 0 : buffers.version;
  return true;
}

Status Plan::start(const RunBuffers& buffers, std::function<void()> progress, std::function<void()> finish) {
  if (!prepare(buffers)) return Status::busy;
  progress_ = std::move(progress);
  finish_ = std::move(finish);
  unfinished_ = threads_;
  const bool started = team_->start([this](int index) {
    if (index < participants_) work(index);
    if (unfinished_.fetch_sub(1) == 1) {
      // Whoever is told may start the next run at once.
      const std::function<void()> told = std::move(finish_);
      addUpProfile();
      running_ = false;
      told();
    }
  });
  if (!started) running_ = false;
  return started ? Status::ok : Status::noThreads;
}

Status Plan::runHere(const RunBuffers& buffers) {
  if (!prepare(buffers)) return Status::busy;
  progress_ = nullptr;
  bool ran = true;
  if (participants_ == 1) {
    work(0);
  } else {
    ran = team_->runHere([this](int index) {
      if (index < participants_) work(index);
    });
  }
  addUpProfile();
  running_ = false;
  return ran ? Status::ok : Status::noThreads;
}

void Plan::stopAndWait() {
  stopRequested_ = true;
  if (team_) team_->waitIdle();
}

int32_t Plan::stepSamples(int64_t step) const {
  return static_cast<int32_t>(std::min<int64_t>(program_.batchSize, buffers_.orderLength - step * program_.batchSize));
}

void Plan::work(int index) {
  for (int64_t step = 0; step < steps_; step++) {
    if (!runStep(step, index)) return;
  }
}

// False where the run ends with this step. All threads decide alike: by sums that all of them compute, and by a flag
// that thread 0 sets before the meeting point.
bool Plan::runStep(int64_t step, int index) {
  const int parity = static_cast<int>(step & 1);
  const int32_t slices = ceilDiv(stepSamples(step), kSliceSamples);
  const int32_t slots = ceilDiv(slices, slotSlices_);
  for (int32_t slot = nextSlot_[parity]++; slot < slots; slot = nextSlot_[parity]++) runSlot(step, slot, index);
  if (index == 0) {
    const bool asked = stopRequested_ || __atomic_load_n(&buffers_.control[0], __ATOMIC_RELAXED) != 0;
    stop_[parity].store(asked, std::memory_order_relaxed);
    // Nobody uses the counters of the other parity: the step before is over, and the next begins behind the meeting
    // point.
    nextSlot_[1 - parity] = 0;
    nextTask_[1 - parity] = 0;
  }
  meet(index);

  double loss = 0;
  double correct = 0;
  for (int32_t slice = 0; slice < slices; slice++) {
    loss += sums_[parity][slice].loss;
    correct += sums_[parity][slice].correct;
  }
  loss /= stepSamples(step);
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
  if (trains_) {
    const auto tasks = static_cast<int32_t>(tasks_.size());
    const double began = buffers_.profile ? now() : 0;
    for (int32_t task = nextTask_[parity]++; task < tasks; task = nextTask_[parity]++) update(step, task, index);
    if (buffers_.profile) profiles_[index][program_.instructions.size()] += now() - began;
    meet(index);
  }
  if (index == 0) {
    finishedSteps_ = step + 1;
    __atomic_store_n(&buffers_.control[1], static_cast<int32_t>(step + 1), __ATOMIC_RELAXED);
    reportProgress();
  }
  return !stopped;
}

// Waits for the other threads.
void Plan::meet(int index) {
  const double began = buffers_.profile ? now() : 0;
  barrier_->wait();
  if (buffers_.profile) profiles_[index][program_.instructions.size() + 1] += now() - began;
}

void Plan::runSlot(int64_t step, int32_t slot, int index) {
  const int parity = static_cast<int>(step & 1);
  const int32_t slices = ceilDiv(stepSamples(step), kSliceSamples);
  float* gradients = gradientSlots_.floats() + slot * slotFloats_;
  float* spare = spare_[index]->floats();
  const int32_t first = slot * slotSlices_;
  for (int32_t slice = first; slice < std::min(slices, first + slotSlices_); slice++) {
    Sums& sums = sums_[parity][slice];
    runSlice(step, slice, slice == first ? gradients : spare, index, &sums.loss, &sums.correct);
    if (slice > first && trains_) kernels_->update->add(slotFloats_, spare, gradients);
  }
}

void Plan::runSlice(int64_t step, int32_t sliceIndex, float* gradients, int index, double* loss, double* correct) {
  Slice slice{};
  slice.arena = arenas_[index]->data();
  slice.packed = packed_.floats();
  slice.gradients = gradients;
  slice.kept = kept_.floats();
  slice.number = sliceIndex;
  slice.part = {0, 1};
  slice.buffers = &buffers_;
  slice.row = step * program_.batchSize + static_cast<int64_t>(sliceIndex) * kSliceSamples;
  slice.indices = buffers_.order + slice.row;
  slice.stepSamples = stepSamples(step);
  slice.samples = std::min(kSliceSamples, slice.stepSamples - sliceIndex * kSliceSamples);
  gatherTargets(&slice);
  if (buffers_.profile) {
    double before = now();
    for (const Call& call : lowered_.calls) {
      call.run(call, slice);
      const double after = now();
      profiles_[index][call.instruction] += after - before;
      before = after;
    }
  } else {
    for (const Call& call : lowered_.calls) call.run(call, slice);
  }
  *loss = slice.loss;
  *correct = slice.correct;
}

// Targets to lanes; lanes without a sample get zeros.
void Plan::gatherTargets(Slice* slice) const {
  if (program_.targets == TargetKind::none) return;
  float* rows = reinterpret_cast<float*>(slice->arena + lowered_.targetsOffset);
  const int64_t elements = program_.targetElements;
  for (int32_t n = 0; n < kSliceSamples; n++) {
    const bool used = n < slice->samples;
    if (program_.targets == TargetKind::classes) {
      rows[n] = used ? static_cast<float>(buffers_.labels[slice->indices[n]]) : 0.0f;
      continue;
    }
    const float* from = used ? buffers_.values + slice->indices[n] * elements : nullptr;
    for (int64_t e = 0; e < elements; e++) rows[e * kSliceSamples + n] = used ? from[e] : 0.0f;
  }
}

void Plan::update(int64_t step, int32_t number, int index) {
  const Task& task = tasks_[number];
  if (!lowered_.hasGradient[task.parameter]) return;
  const Parameter& parameter = program_.parameters[task.parameter];
  const int64_t rowFloats = parameter.size / rows_[task.parameter];
  const int64_t offset = parameter.offset + task.begin * rowFloats;
  const int64_t count = (task.end - task.begin) * rowFloats;
  const int32_t slices = ceilDiv(stepSamples(step), kSliceSamples);
  float* gradients = gradientSlots_.floats() + offset;
  if (const DenseGradient* dense = denseGradients_[task.parameter]) {
    const double began = buffers_.profile ? now() : 0;
    kernels_->dense->gradWeightRows(dense->geometry, task.begin, task.end, slices, kept_.floats() + dense->keptInputs,
                                    kept_.floats() + dense->keptGradients, gradientSlots_.floats() + parameter.offset);
    if (buffers_.profile) {
      // It counts as the instruction's time, not as the second stage's.
      const double taken = now() - began;
      profiles_[index][dense->instruction] += taken;
      profiles_[index][program_.instructions.size()] -= taken;
    }
  } else {
    kernels_->update->sumSlots(gradients, slotFloats_, ceilDiv(slices, slotSlices_), count);
  }
  const bool stopping = stop_[step & 1].load(std::memory_order_relaxed);
  if (step + 1 == steps_ || stopping) {
    memcpy(buffers_.gradients + offset, gradients, static_cast<size_t>(count) * sizeof(float));
  }
  if (!lowered_.hasUpdate[task.parameter]) return;
  const auto rate = static_cast<float>(buffers_.learningRates[step]);
  kernels_->update->sgd(count, rate, gradients, buffers_.parameters + offset);
  pack(task.parameter, task.begin, task.end);
}

void Plan::pack(int32_t parameter, int32_t begin, int32_t end) {
  for (const Packing& packing : lowered_.packings) {
    if (packing.parameter != parameter) continue;
    const float* weight = buffers_.parameters + program_.parameters[parameter].offset;
    float* to = packed_.floats() + packing.offset;
    if (packing.dense) {
      const auto function = packing.backward ? kernels_->dense->packBackward : kernels_->dense->packForward;
      function(packing.denseGeometry, weight, begin, end, to);
    } else {
      const auto function = packing.backward ? kernels_->conv2d->packBackward : kernels_->conv2d->packForward;
      function(packing.conv2d, weight, begin, end, to);
    }
  }
}

}  // namespace laminet
