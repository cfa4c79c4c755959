// Lowering: a checked program to a flat list of kernel calls over one block of memory a thread.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "kernels/table.h"
#include "plan/op.h"

namespace laminet {

// What one run is given: the caller's buffers, checked.
struct RunBuffers {
  float* parameters = nullptr;
  float* gradients = nullptr;
  const void* samples = nullptr;
  const int32_t* labels = nullptr;
  const float* values = nullptr;
  const float* weights = nullptr;  // of each entry of the order
  const uint32_t* order = nullptr;
  int64_t orderLength = 0;
  const double* learningRates = nullptr;
  float* state = nullptr;           // the slots one behind the other, each as long as the parameters
  const double* factors = nullptr;  // of each update, as the learning rates
  double* losses = nullptr;
  double* correct = nullptr;
  double* penalties = nullptr;  // null where the program has none
  int32_t* control = nullptr;
  double* profile = nullptr;  // null where nobody asks
  uint64_t seed = 0;          // of the random numbers that ops draw
  int64_t stepsBefore = 0;    // made before the run
  int64_t epoch = 0;          // epochs before the run's
  double version = 0;         // of the parameters: the same number for the same values; 0 for unknown
  std::vector<float*> results;
  // What functions of the caller's compute with, and how they are called: for an instruction, with the step's samples.
  // Returns whether they succeeded. Called by thread 0.
  float* exchange = nullptr;
  std::function<bool(int32_t instruction, int32_t samples)> callBack;
};

// The blocks of memory that a slice's tensors lie in: the thread's own, for what is needed within one stage, and the
// slice's own, for what a later stage reads; and one for numbers of the whole step.
enum class Block : int32_t { thread, slice, step };
constexpr int kBlocks = 3;

struct Place {
  Block block;
  int64_t offset;  // bytes
};

// One slice on its way through the calls of a stage.
struct Slice {
  char* blocks[kBlocks];
  const float* packed;  // packed weights
  float* gradients;     // of this slice, at the parameters' places
  float* kept;          // what slices leave behind for the second stage
  int64_t number;       // of the slice in its step
  Part part;            // of each kernel's work that is to be done
  Slices together;      // slices that a call for several does, this one the first
  int32_t room;         // slices of a full step
  const RunBuffers* buffers;
  const uint32_t* indices;  // the slice's samples
  int32_t samples;          // how many of its lanes are in use
  int64_t row;              // of the slice's first sample among the run's results
  int32_t stepSamples;      // in the whole step
  uint32_t firstSample;     // the place of the slice's first sample in the step
  uint32_t step;            // the step's number, with those made before the run
  double* loss;             // receive the sums over the slice's samples
  double* correct;
  std::atomic<bool>* failed;  // whether a function of the caller's has failed
};

constexpr int kMostOperands = 5;

// One kernel call of a slice.
struct Call {
  void (*run)(const Call&, Slice&);
  const KernelTable* kernels;
  Place inputs[kMostOperands];
  Place outputs[kMostOperands];
  Place scratch;
  Place partials;                     // where slices leave their share of statistics, one behind the other
  int64_t parameters[kMostOperands];  // by input: floats into the parameters, or -1
  int64_t mean, variance;             // the same for statistics that are given
  bool meets;                         // what comes after it needs it of all slices
  bool once;                          // done for the whole step
  bool callsBack;                     // has a function of the caller's called: thread 0 does it
  int64_t weight;                     // floats: into packed weights, parameters or gradients
  int64_t bias;                       // floats into the parameters, or -1
  int64_t keptInputs;                 // floats into what the slices leave behind
  int64_t keptGradients;
  int32_t result;
  int32_t instruction;   // its number in the program
  int32_t lanes;         // samples in a slice
  int64_t work;          // for one slice: vector operations, as in OpDefinition::work
  int64_t slotFloats;    // gradients that it writes to the slice's slot, from `weight` on
  int64_t sharedFloats;  // weights that a call for several slices reads once; 0 where it does one slice alone
  Fusion fusion;
  TargetKind targets;
  const Call* spread;  // where one sample goes through a kernel for 16: that kernel's call
  int64_t inputElements[kMostOperands];
  int64_t outputElements[kMostOperands];
  Geometry geometry;
  const int32_t* table;  // that the op has made of the instruction's
};

// Calls [begin, end), which a slice goes through without meeting the others. With several parts, or where several
// slices go together, there is one call, and each part of so many slices is a task of its own.
struct Stage {
  int32_t begin, end;
  int32_t parts;
  int32_t together;  // slices in a call
  bool once;
  bool callsBack;
  // Whether each slice goes through its calls by itself, with one thread.
  bool isPlain() const { return parts == 1 && together == 1; }
  // Ranges of the parameters whose gradients these calls write.
  struct Range {
    int64_t offset, count;
  };
  std::vector<Range> gradients;
};

// How the weights of one parameter are packed, and in how many rows they can be changed apart.
struct Packing {
  int32_t parameter;
  int32_t rows;
  int64_t floats;
  int64_t offset;  // floats into packed weights
  // Packs rows [begin, end) of the weights.
  void (*pack)(const Packing&, const KernelTable&, const float* weight, int32_t begin, int32_t end, float* packed);
  Geometry geometry;
};

// What one use of a parameter adds to its gradient. It lies in the slices' slots, or is computed in the last stage of
// what the slices have left behind.
struct GradientPart {
  bool whole;     // it lies in the first slot alone
  int64_t place;  // floats into a slot: for the first part, where the parameter's gradient is
  int32_t instruction;
  // Computes rows [begin, end) from so many slices; null where the slots are added up. `begin` is a multiple of 16.
  void (*product)(const GradientPart&, const KernelTable&, int32_t begin, int32_t end, int32_t slices,
                  const float* kept, float* gradients);
  int32_t rows;  // of such a product
  DenseGeometry geometry;
  int32_t room;                       // slices of a full step
  int64_t keptInputs, keptGradients;  // floats, as in Call
};

// What is done at the end of a step with one parameter, once its gradient is added up, in this order.
struct ParameterRules {
  bool penalized = false;
  PenaltyGeometry penalty{};
  bool hasPenaltyGradient = false;
  PenaltyGeometry penaltyGradient{};
  bool accumulates = false;
  double largest = 0;  // of the gradient's numbers; 0 for no bound
  bool squares = false;
  int32_t norm = -1;  // that bounds the gradient
  double largestNorm = 0;
  int32_t update = -1;        // the optimizer's instruction
  MaxNormGeometry maxNorm{};  // no rows for no bound
  int32_t averageSlot = -1;   // of the state
  int32_t averageFactor = -1;
};

// Parameters that follow a step's statistics, at its end.
struct Follow {
  void (*run)(const Follow&, int32_t samples, const float* statistics, float* parameters);
  int64_t mean, variance;  // floats into the parameters
  Place statistics;
  FollowGeometry geometry;
};

struct Lowered {
  int32_t lanes = 0;           // samples in a slice: 16, or 1
  int32_t slices = 0;          // of a full step
  int64_t exchangeFloats = 0;  // see RunBuffers
  std::vector<Call> calls;
  std::vector<std::unique_ptr<Call>> spread;
  std::vector<std::vector<int32_t>> tables;  // of calls
  std::vector<Stage> stages;
  int64_t work = 0;  // of a slice, in all calls
  int64_t blockBytes[kBlocks] = {};
  std::vector<Packing> packings;
  int64_t packedFloats = 0;
  std::vector<std::vector<GradientPart>> gradientParts;  // by parameter
  int64_t gradientFloats = 0;                            // of a slot
  int64_t keptFloats = 0;
  std::vector<Follow> follows;
  bool hasLoss = false;
  bool meansLoss = false;
  std::vector<bool> hasGradient;            // by parameter
  std::vector<ParameterRules> rules;        // by parameter
  std::vector<std::vector<int32_t>> norms;  // the parameters whose gradients are in each
};

// Samples in a slice of the program: a static rule on the batch size.
int32_t lanesFor(const Program& program);

// Whether a convolution and its gradients are WinogradKernels': in training programs whose slices are of 16 samples,
// where it suits the geometry. A prediction's bits would depend on its batch.
bool byWinograd(const Program& program, const KernelTable& kernels, const Conv2dGeometry& geometry);

Lowered lower(const Program& program, const KernelTable& kernels, int32_t threads);

}  // namespace laminet
