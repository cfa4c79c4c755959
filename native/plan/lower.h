// Lowering: a checked program to a flat list of kernel calls over one block of memory a thread.
#pragma once
#include <vector>

#include "kernels/table.h"
#include "plan/program.h"

namespace laminet {

// What one run is given: the caller's buffers, checked.
struct RunBuffers {
  float* parameters = nullptr;
  float* gradients = nullptr;
  const void* samples = nullptr;
  const int32_t* labels = nullptr;
  const float* values = nullptr;
  const uint32_t* order = nullptr;
  int64_t orderLength = 0;
  const double* learningRates = nullptr;
  double* losses = nullptr;
  double* correct = nullptr;
  int32_t* control = nullptr;
  double* profile = nullptr;  // null where nobody asks
  double version = 0;         // of the parameters: the same number for the same values; 0 for unknown
  std::vector<float*> results;
};

// One slice on its way through the calls.
struct Slice {
  char* arena;          // this thread's block
  const float* packed;  // packed weights
  float* gradients;     // of this slice, at the parameters' places
  float* kept;          // what slices leave behind for the second stage
  int64_t number;       // of the slice in its step
  Part part;            // of each kernel's work that is to be done
  const RunBuffers* buffers;
  const uint32_t* indices;  // the slice's samples
  int32_t samples;          // how many of the 16 lanes are in use
  int64_t row;              // of the slice's first sample among the run's results
  int32_t stepSamples;      // in the whole step
  double loss;              // receives the sums over the slice's samples
  double correct;
};

// One kernel call of a slice. Offsets are bytes in the thread's block.
struct Call {
  void (*run)(const Call&, Slice&);
  const KernelTable* kernels;
  int64_t inputs[2];
  int64_t outputs[2];
  int64_t weight;  // floats: into packed weights, or into gradients
  int64_t bias;    // floats into the parameters, or -1
  int64_t scratch;
  int64_t keptInputs;  // floats into what the slices leave behind, and there to the first slice's gradients
  int64_t keptGradients;
  int32_t result;
  int32_t instruction;  // its number in the program
  Op op;
  Fusion fusion;
  decltype(Instruction::geometry) geometry;
};

// How the weights of one parameter are packed, and in how many rows they can be changed apart.
struct Packing {
  int32_t parameter;
  int64_t offset;  // floats into packed weights
  bool dense;
  bool backward;
  int32_t rows;
  Conv2dGeometry conv2d;
  DenseGeometry denseGeometry;
};

// A fully connected layer's weights, whose gradient is computed in the second stage.
struct DenseGradient {
  int32_t parameter;
  int32_t instruction;
  DenseGeometry geometry;
  int64_t keptInputs, keptGradients;  // floats, as in Call
};

struct Lowered {
  std::vector<Call> calls;
  std::vector<Packing> packings;
  int64_t arenaBytes = 0;
  int64_t packedFloats = 0;
  std::vector<DenseGradient> denseGradients;
  int64_t keptFloats = 0;
  int64_t targetsOffset = 0;  // bytes: where a slice's targets are gathered
  bool hasLoss = false;
  std::vector<bool> hasGradient;  // by parameter
  std::vector<bool> hasUpdate;
};

// `slices`: of a full step.
Lowered lower(const Program& program, const KernelTable& kernels, int32_t slices);

}  // namespace laminet
