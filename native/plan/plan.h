// A plan: a program ready to run, with its memory and its threads.
//
// A step goes through stages with a meeting point after each. In most plans there are two. In the first, threads take
// slices of the batch (16 samples, or one) and bring each through all calls, forward and backward, while it is in their
// cache; gradients go to slots numbered by slice. Where there are fewer slices than threads, larger calls become stages
// of their own, done in parts; layers of very many weights do, too, for several slices at a time. In the last stage, or
// several (update_stages.h), threads take ranges of parameters: add up the slots, change the parameters, and pack them
// for the next step. What is computed does not depend on which thread takes what.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "cpu/features.h"
#include "parallel/barrier.h"
#include "parallel/team.h"
#include "plan/arena.h"
#include "plan/lower.h"
#include "plan/pace.h"
#include "plan/update_stages.h"

namespace laminet {

const KernelTable& kernelsFor(InstructionSet set);

// How a run ended. `diverged`: the loss of the step after `steps` was not finite; its update was not made.
// `failed`: a function of the caller's did, in that step.
enum class Outcome : int32_t { done = 0, stopped = 1, diverged = 2, failed = 3 };

// What a step does at its end: a function of its number and of the run's.
struct EndOfStep {
  int64_t step;
  int64_t update;       // the number of its update
  bool begins;          // whether it is the first of the update's steps
  bool updates;         // whether it is the last
  bool keepsGradients;  // whether its gradients are handed out
  float share;          // its part of the update's samples
};

class Plan {
 public:
  // `where` as in decodeProgram.
  static Status create(const double* numbers, size_t count, int threads, InstructionSet set,
                       std::unique_ptr<Plan>* plan, int32_t* where);

  const Program& program() const { return program_; }
  int64_t workingBytes() const;
  // Floats of RunBuffers::exchange.
  int64_t exchangeFloats() const { return lowered_.exchangeFloats; }
  int64_t gatheredFloats() const;
  bool isRunning() const { return running_.load(); }

  // Runs on the plan's own threads. `progress` is called on one of them about every 50 ms, `finish` at the end.
  Status start(const RunBuffers& buffers, std::function<void()> progress, std::function<void()> finish);
  // Runs with the calling thread as one of the threads; returns at the end.
  Status runHere(const RunBuffers& buffers);
  // Has a run end after the step under way.
  void requestStop() { stopRequested_ = true; }
  // The same, and waits for it.
  void stopAndWait();

  // Places of a profile: one an instruction, then the end of the steps, then waiting.
  size_t profileLength() const { return program_.instructions.size() + 2; }

  Outcome outcome() const { return outcome_; }
  int64_t finishedSteps() const { return finishedSteps_; }

 private:
  // Numbers of a parameter, which lie at `offset` among the parameters and in each slot of the state; the sums of
  // their gradients over a step, and their gradients for the update.
  struct Numbers {
    int64_t offset, count;
    float* sums;
    float* own;
  };
  struct Sums {
    double loss;
    double correct;
  };

  Plan() = default;
  bool prepare(const RunBuffers& buffers, bool here);
  int32_t usefulThreads(bool here) const;
  void work(int index);
  bool runSpan(int64_t first, int index);
  void meet(int index);
  void meetInSpan(int index);
  bool runStep(int64_t step, int64_t* turn, int index);
  void runStage(int64_t step, const Stage& stage, int32_t slices, std::atomic<int32_t>& next, int index);
  void runSlot(int64_t step, const Stage& stage, int32_t slot, Part part, int index);
  void runTogether(int64_t step, const Stage& stage, int32_t first, Part part, int index);
  Slice sliceOf(int64_t step, int32_t number, int index);
  void runCalls(const Stage& stage, Slice& slice, int index);
  std::atomic<int32_t>& tasksOf(int64_t turn, int index);
  EndOfStep endOf(int64_t step) const;
  void finishStep(int64_t step, int64_t* turn, int index);
  void runUpdateStage(const UpdateStage& stage, const EndOfStep& end, bool first, std::atomic<int32_t>& next,
                      int index);
  Numbers numbersOf(int32_t task, int index);
  void sumGradients(int64_t step, const RowRange& range, float* sums, int index);
  void gather(const EndOfStep& end, int32_t task, int index);
  void keepGradients(int64_t offset, int64_t count, const float* gradients);
  void addNorm(int32_t norm);
  void boundByNorm(const EndOfStep& end, const ParameterRules& rules, const Numbers& n);
  void apply(const EndOfStep& end, int32_t task, int index);
  void change(const EndOfStep& end, const Instruction& update, const Numbers& n);
  void changeMatrix(const UpdateStage& stage, const EndOfStep& end, int32_t task, int index);
  void mixMomentum(const EndOfStep& end, int32_t task, int index);
  double matrixNorm(const Matrix& m) const;
  void applyMatrix(const EndOfStep& end, const Matrix& m, const UpdateGeometry& g, const Numbers& n);
  void pack(int32_t parameter, int32_t begin, int32_t end);
  int32_t stepSamples(int64_t step) const;
  void reportProgress();
  void addUpProfile();

  Program program_;
  const KernelTable* kernels_ = nullptr;
  Lowered lowered_;
  int threads_ = 1;
  int32_t slotSlices_ = 1;  // slices whose gradients go to one slot
  int32_t slots_ = 0;       // of a full step
  int64_t slotFloats_ = 0;
  UpdateStages updates_;
  bool trains_ = false;

  std::vector<std::unique_ptr<AlignedBlock>> arenas_;  // by thread
  AlignedBlock stepBlock_;                             // numbers of the whole step
  AlignedBlock slicesBlock_;                           // one slice's block after the other
  std::vector<std::unique_ptr<AlignedBlock>> spare_;   // by thread: gradients of a slot's later slices
  std::vector<std::unique_ptr<AlignedBlock>> range_;   // by thread: gradients of a range that go no further
  // By thread: seconds spent in each instruction, in the second stage, and waiting. Filled where a run asks for it.
  std::vector<std::vector<double>> profiles_;
  AlignedBlock packed_;
  AlignedBlock kept_;
  AlignedBlock gradientSlots_;
  AlignedBlock gathered_;  // gradients of an update's steps, where the parameters lie
  AlignedBlock matrices_;
  // Of the ranges of parameters: sums of squares of gradients, or of a matrix's direction; penalties.
  std::vector<double> squares_, penalties_;
  std::vector<double> norms_;

  // The run under way. Sums are there twice, for even and odd steps: a thread can be one step ahead of another, never
  // two. Stages are counted through all steps; three task counters take turns (see tasksOf).
  RunBuffers buffers_;
  double packedVersion_ = 0;
  int64_t steps_ = 0;
  int participants_ = 1;
  std::unique_ptr<Barrier> barrier_;
  // Which steps of training are done by all participants, and whether the last of them was the run's. Thread 0 writes
  // them before a meeting.
  Pace pace_;
  Pace::Span span_;
  bool ended_ = false;
  std::atomic<int32_t> nextTask_[3];
  std::atomic<bool> stop_[2];
  std::atomic<bool> failed_{false};
  std::vector<Sums> sums_[2];
  std::atomic<int> unfinished_{0};
  std::function<void()> progress_;
  std::function<void()> finish_;
  double lastReport_ = 0;
  Outcome outcome_ = Outcome::done;
  std::atomic<int64_t> finishedSteps_{0};
  std::atomic<bool> stopRequested_{false};
  std::atomic<bool> running_{false};
  std::unique_ptr<Team> team_;
};

}  // namespace laminet
