// The words in which an op says what its operands must be (OpDefinition::check), and what the check of a program
// remembers between instructions.
#pragma once
#include <vector>

#include "plan/program.h"
#include "plan/valid_geometry.h"

namespace laminet {

inline Status operandsAre(bool right) { return right ? Status::ok : Status::badOperand; }

inline bool counts(const Instruction& i, size_t inputs, size_t outputs) {
  return i.inputs.size() == inputs && i.outputs.size() == outputs;
}

// Of a tensor's number: reads... ask whether it is there, was written, and is what the op takes; writes... whether it
// is what the op makes, and not yet written, and note that it is from now on. The check ends with the first no.
class Checker {
 public:
  explicit Checker(Program* program);

  const Program& program() const { return program_; }

  // A batched row of floats of that length.
  bool reads(int32_t id, int64_t elements) const {
    return id >= 0 && written_[id] && program_.tensors[id].batched && program_.tensors[id].role == Role::activation &&
           program_.tensors[id].kind == Kind::floats && program_.tensors[id].elements == elements;
  }
  // The same, or a row of target values.
  bool readsRow(int32_t id, int64_t elements) const {
    if (reads(id, elements)) return true;
    return id >= 0 && program_.tensors[id].role == Role::targets && program_.tensors[id].kind == Kind::floats &&
           program_.tensors[id].elements == elements;
  }
  // Class numbers, or a row of target values or a part of it (where there are several outputs).
  bool readsTargets(int32_t id, bool labels, int64_t classes) const;
  // The samples' shares of the step's loss.
  bool readsWeights(int32_t id) const { return id >= 0 && program_.tensors[id].role == Role::weights; }
  bool writes(int32_t id, Role role, Kind kind, bool batched, int64_t elements);
  bool writesRow(int32_t id, int64_t elements) { return writes(id, Role::activation, Kind::floats, true, elements); }
  // One number of the whole step.
  bool writesScalar(int32_t id) { return writes(id, Role::scalar, Kind::floats, false, 1); }
  // A result that has been asked for is written once.
  bool writesResult(int32_t result, int32_t id) {
    scattered_[result]++;
    return program_.results[result] == id;
  }

  // The winners of a pooling of exactly this geometry: how they are stored depends on it.
  bool readsWinners(int32_t id, const MaxPool2dGeometry& g) const;
  // The geometry must outlive the check.
  bool writesWinners(int32_t id, const MaxPool2dGeometry& g, int64_t elements);

  bool readsParameter(int32_t id, int64_t elements) const {
    return id >= 0 && program_.tensors[id].role == Role::parameter && program_.tensors[id].elements == elements;
  }
  // A parameter that may be left out.
  bool readsOptional(int32_t id, int64_t elements) const { return id < 0 || readsParameter(id, elements); }
  // A weight, which is packed, and its gradient summed, by rows: all instructions must see the same ones.
  bool readsWeight(int32_t id, int64_t elements, int32_t rows) {
    return readsParameter(id, elements) && hasRows(id, rows);
  }
  // The gradient of a parameter, which has one at most, or that of one of its uses.
  bool writesGradient(int32_t id, int64_t elements);
  bool writesWeightGradient(int32_t id, int64_t elements, int32_t rows) {
    return writesGradient(id, elements) && hasRows(id, rows);
  }
  // Adds two partial gradients of a parameter. They are added up from the first to the last: what is added to a sum is
  // no sum itself.
  bool sumsPartials(int32_t first, int32_t second, int32_t sum, int64_t elements);

  // Two numbers for each channel, of the whole step.
  bool readsStatistics(int32_t id, int64_t channels) const {
    return id >= 0 && written_[id] && program_.tensors[id].role == Role::statistics &&
           program_.tensors[id].elements == 2 * channels;
  }
  // The same, where they must have been computed: given ones are no more than the numbers of two parameters.
  bool readsComputed(int32_t id, int64_t channels) const { return readsStatistics(id, channels) && !given_[id]; }
  bool writesStatistics(int32_t id, int64_t channels) {
    return writes(id, Role::statistics, Kind::floats, false, 2 * channels);
  }
  // Numbers of the whole step, at least so many, that have been computed.
  bool readsStep(int32_t id, int64_t least) const {
    return id >= 0 && written_[id] && !given_[id] && program_.tensors[id].role == Role::statistics &&
           program_.tensors[id].elements >= least;
  }
  bool writesStep(int32_t id, int64_t elements) { return writes(id, Role::statistics, Kind::floats, false, elements); }
  bool writesGiven(int32_t id, int64_t channels) { return given_[id] = writesStatistics(id, channels); }
  // A parameter of running statistics: nothing else changes it.
  bool follows(int32_t id, int64_t channels) {
    if (!readsParameter(id, channels) || updated_[program_.tensors[id].parameter]) return false;
    updated_[program_.tensors[id].parameter] = true;
    return true;
  }
  // The end of a step. What is done to one parameter is done in this order, each at most once: its penalty and the
  // gradient of that, gathering, a bound on the gradient's values, its squares for a norm, a bound by a norm, the
  // update, a bound on its rows, its average.
  //
  // A penalty, added to the one before.
  bool penalizes(const Instruction& i, int64_t elements);
  bool writesPenaltyGradient(const Instruction& i, int64_t elements);
  bool accumulates(const Instruction& i, int64_t elements);
  bool boundsValues(int32_t gradient, int64_t elements);
  // Squares, added to those of other gradients.
  bool addsSquares(const Instruction& i, int64_t elements);
  bool boundsNorm(const Instruction& i, int64_t elements);
  // An optimizer's instruction (see isUpdate).
  bool updates(const Instruction& i, int64_t elements, int32_t stateSlots, int32_t stepFactors);
  bool boundsRows(int32_t id, int32_t rows, int64_t elements);
  bool averages(const Instruction& i, int64_t elements);

  // Before the first instruction and after the last.
  Status tensors();
  Status results() const;

 private:
  // What was done to a parameter, in the order in which it may be.
  enum class Done : int32_t { nothing, gathered, bounded, squared, boundedByNorm, updated, rowsBounded, averaged };
  // Whether the parameter has not come so far yet; it has from now on.
  bool comesTo(int32_t parameter, Done done);
  // A parameter's gradient, in a program that trains.
  bool changesGradient(int32_t id, int64_t elements) const {
    return program_.purpose == Purpose::train && readsGradient(id, elements);
  }
  // A tensor of state belongs to one slot of one parameter.
  bool takesState(int32_t id, int32_t parameter, int64_t elements);
  bool hasRows(int32_t id, int32_t rows);
  bool readsGradient(int32_t id, int64_t elements) const;
  bool takesPartial(int32_t id, int32_t parameter, int64_t elements);

  Program& program_;
  std::vector<bool> written_;
  std::vector<const MaxPool2dGeometry*> pools_;  // by tensor: of the pooling whose winners it holds
  std::vector<int32_t> rows_;                    // by parameter: of the weight it is, or 0
  std::vector<bool> hasGradient_;                // by parameter
  std::vector<bool> updated_;                    // by parameter
  std::vector<Done> done_;                       // by parameter
  std::vector<int32_t> slots_;                   // by parameter: a bit for each slot of state that is taken
  std::vector<bool> penalized_;                  // by parameter
  std::vector<bool> hasPenaltyGradient_;         // by parameter
  int32_t penalty_ = -1;                         // a tensor: the sum of the penalties so far
  std::vector<bool> norms_;                      // by tensor: whether it is a sum of squares
  std::vector<bool> sums_;                       // by tensor: whether it is a sum of partial gradients
  std::vector<bool> summed_;                     // by tensor: whether it is a part of such a sum
  std::vector<bool> given_;                      // by tensor: whether it is of statistics that are given
  std::vector<int32_t> scattered_;               // by result: how often it is written
};

}  // namespace laminet
