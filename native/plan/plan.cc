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
// Numbers that one task of the second stage changes, about: enough to be worth handing out.
constexpr int64_t kTaskFloats = 2048;
// Gradients that are computed in the last stage: rows of a task at most, and tasks a thread where rows are fewer.
constexpr int32_t kProductRows = 256;
constexpr int32_t kProductTasks = 4;
// Rows of a weight matrix are handed out in multiples of this.
constexpr int32_t kRowBlock = 16;
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
  if (plan->workingBytes() > kMostBytes) return Status::tooLarge;

  plan->rows_.assign(program.parameters.size(), 0);
  for (const Packing& packing : lowered.packings) plan->rows_[packing.parameter] = packing.rows;
  for (size_t p = 0; p < program.parameters.size(); p++) {
    int32_t& rows = plan->rows_[p];
    int64_t atLeast = 1;
    for (const GradientPart& part : lowered.gradientParts[p]) {
      if (!part.product) continue;
      rows = part.rows;
      // Every task reads the inputs of all slices.
      atLeast = std::min(kProductRows, ceilDiv(rows, threads == 1 ? 1 : kProductTasks * threads));
    }
    if (rows == 0) rows = static_cast<int32_t>(program.parameters[p].size);
    const int64_t rowFloats = program.parameters[p].size / rows;
    atLeast = std::max(atLeast, kTaskFloats / rowFloats);
    // Whole blocks of rows where there are several: they are packed together.
    const int32_t step = ceilDiv(atLeast, kRowBlock) * kRowBlock;
    for (int32_t begin = 0; begin < rows; begin += step) {
      plan->tasks_.push_back({static_cast<int32_t>(p), begin, std::min(rows, begin + step)});
    }
  }

  bool enough = plan->packed_.allocate(lowered.packedFloats * 4) && plan->kept_.allocate(lowered.keptFloats * 4) &&
                plan->gradientSlots_.allocate(plan->slots_ * plan->slotFloats_ * 4) &&
                plan->slicesBlock_.allocate(slices * lowered.blockBytes[static_cast<int>(Block::slice)]) &&
                plan->stepBlock_.allocate(lowered.blockBytes[static_cast<int>(Block::step)]);
  for (int i = 0; i < threads && enough; i++) {
    plan->arenas_.push_back(std::make_unique<AlignedBlock>());
    plan->spare_.push_back(std::make_unique<AlignedBlock>());
    enough = plan->arenas_.back()->allocate(lowered.blockBytes[static_cast<int>(Block::thread)]) &&
             plan->spare_.back()->allocate(plan->slotSlices_ > 1 ? plan->slotFloats_ * 4 : 0);
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
  return threads_ * (lowered_.blockBytes[static_cast<int>(Block::thread)] + spare * 4) +
         lowered_.slices * lowered_.blockBytes[static_cast<int>(Block::slice)] +
         lowered_.blockBytes[static_cast<int>(Block::step)] +
         (lowered_.packedFloats + lowered_.keptFloats + slots_ * slotFloats_) * 4;
}

// No more threads than a step has work for.
int32_t Plan::usefulThreads(bool here) const {
  if (here && !trains_ && lowered_.work * lowered_.slices < kWorthWaking) return 1;
  int32_t most = 1;
  for (const Stage& stage : lowered_.stages) {
    const int32_t groups = stage.together > 1 ? ceilDiv(lowered_.slices, stage.together) : slots_;
    most = std::max(most, groups * stage.parts);
  }
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
    for (size_t p = 0; p < rows_.size(); p++) pack(static_cast<int32_t>(p), 0, rows_[p]);
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
