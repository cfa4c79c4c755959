#include "plan/plan.h"

#include "plan/clock.h"
#include "plan/fuse.h"
#include "plan/op.h"

#include <string.h>

#include <algorithm>

namespace laminet {
namespace {

// A step's gradients are kept in so many slots at most; in larger batches neighbouring slices share one.
constexpr int32_t kMostSlots = 64;
constexpr int64_t kMostBytes = int64_t{1} << 40;
// Waking threads takes some 50 microseconds: a call from a thread that waits for the result does less than this (in
// vector operations, see stages.h) by itself.
constexpr int64_t kWorthWaking = 400'000;

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
  const Program& program = plan->program_;
  plan->kernels_ = &kernelsFor(set);
  for (Instruction& instruction : plan->program_.instructions) {
    const auto simplify = definitionOf(instruction.op).simplify;
    if (simplify) simplify(&instruction);
  }
  // Single samples have no fused kernels.
  if (lanesFor(program) > 1) fuse(&plan->program_, *plan->kernels_);
  plan->lowered_ = lower(program, *plan->kernels_, threads);
  const Lowered& lowered = plan->lowered_;
  const int32_t slices = lowered.slices;

  plan->slotSlices_ = ceilDiv(slices, kMostSlots);
  plan->slots_ = ceilDiv(slices, plan->slotSlices_);
  plan->trains_ = std::find(lowered.hasGradient.begin(), lowered.hasGradient.end(), true) != lowered.hasGradient.end();
  plan->slotFloats_ = plan->trains_ ? lowered.gradientFloats : 0;
  plan->threads_ = threads;
  plan->updates_ = updateStages(program, lowered);
  if (plan->workingBytes() > kMostBytes) return Status::tooLarge;

  plan->squares_.assign(plan->updates_.ranges.size(), 0.0);
  plan->penalties_.assign(plan->updates_.ranges.size(), 0.0);
  plan->norms_.assign(lowered.norms.size(), 0.0);
  bool enough = plan->packed_.allocate(lowered.packedFloats * 4) && plan->kept_.allocate(lowered.keptFloats * 4) &&
                plan->gradientSlots_.allocate(plan->slots_ * plan->slotFloats_ * 4) &&
                plan->gathered_.allocate(plan->gatheredFloats() * 4) &&
                plan->matrices_.allocate(plan->updates_.matrixFloats * 4) &&
                plan->slicesBlock_.allocate(slices * lowered.blockBytes[static_cast<int>(Block::slice)]) &&
                plan->stepBlock_.allocate(lowered.blockBytes[static_cast<int>(Block::step)]);
  for (int i = 0; i < threads && enough; i++) {
    plan->arenas_.push_back(std::make_unique<AlignedBlock>());
    plan->spare_.push_back(std::make_unique<AlignedBlock>());
    plan->range_.push_back(std::make_unique<AlignedBlock>());
    enough = plan->arenas_.back()->allocate(lowered.blockBytes[static_cast<int>(Block::thread)]) &&
             plan->spare_.back()->allocate(plan->slotSlices_ > 1 ? plan->slotFloats_ * 4 : 0) &&
             plan->range_.back()->allocate(plan->updates_.passingFloats * 4);
  }
  if (!enough) return Status::outOfMemory;
  plan->profiles_.assign(static_cast<size_t>(threads), std::vector<double>(plan->profileLength(), 0.0));
  for (auto& sums : plan->sums_) sums.resize(static_cast<size_t>(slices));
  plan->team_ = std::make_unique<Team>(threads);
  *result = std::move(plan);
  return Status::ok;
}

int64_t Plan::workingBytes() const {
  const int64_t spare = slotSlices_ > 1 ? slotFloats_ : 0;
  return threads_ * (lowered_.blockBytes[static_cast<int>(Block::thread)] + (spare + updates_.passingFloats) * 4) +
         lowered_.slices * lowered_.blockBytes[static_cast<int>(Block::slice)] +
         lowered_.blockBytes[static_cast<int>(Block::step)] +
         (lowered_.packedFloats + lowered_.keptFloats + slots_ * slotFloats_ + gatheredFloats() +
          updates_.matrixFloats) *
             4;
}

int64_t Plan::gatheredFloats() const {
  const bool gathers = std::any_of(lowered_.rules.begin(), lowered_.rules.end(),
                                   [](const ParameterRules& rules) { return rules.accumulates; });
  return gathers ? program_.parameterElements : 0;
}

// No more threads than a step has work for.
int32_t Plan::usefulThreads(bool here) const {
  if (here && !trains_ && lowered_.work * lowered_.slices < kWorthWaking) return 1;
  int32_t most = 1;
  for (const Stage& stage : lowered_.stages) {
    const int32_t groups = stage.together > 1 ? ceilDiv(lowered_.slices, stage.together) : slots_;
    most = std::max(most, groups * stage.parts);
  }
  // Matrix products outweigh a small batch.
  most = std::max(most, static_cast<int32_t>(updates_.blocks.size()));
  return std::min(threads_, most);
}

bool Plan::prepare(const RunBuffers& buffers, bool here) {
  bool idle = false;
  if (!running_.compare_exchange_strong(idle, true)) return false;
  buffers_ = buffers;
  steps_ = ceilDiv(buffers.orderLength, program_.batchSize);
  participants_ = usefulThreads(here);
  barrier_ = std::make_unique<Barrier>(participants_);
  for (auto& next : nextTask_) next = 0;
  for (auto& stop : stop_) stop = false;
  stopRequested_ = false;
  failed_ = false;
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
    for (size_t p = 0; p < program_.parameters.size(); p++) pack(static_cast<int32_t>(p), 0, updates_.rows[p]);
  }
  packedVersion_ = trains_ ? 0 : buffers.version;
  return true;
}

Status Plan::start(const RunBuffers& buffers, std::function<void()> progress, std::function<void()> finish) {
  if (!prepare(buffers, false)) return Status::busy;
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
  if (!prepare(buffers, true)) return Status::busy;
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

}  // namespace laminet
