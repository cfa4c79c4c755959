// Programs that are none: whatever the numbers say, they are refused, or they run without leaving their buffers.
// Sanitizers watch over the latter.
#include <doctest/doctest.h>
#include <math.h>

#include <limits>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "plan/program.h"
#include "testing/program_writer.h"
#include "testing/random_numbers.h"
#include "testing/run_memory.h"

namespace laminet::testing {
namespace {

Status decode(const std::vector<double>& numbers, Program* program, int32_t* where) {
  // A copy of exactly this length: reading on is caught.
  const std::unique_ptr<double[]> copy(new double[numbers.size()]);
  std::copy(numbers.begin(), numbers.end(), copy.get());
  return decodeProgram(copy.get(), numbers.size(), program, where);
}

Status statusOf(const std::vector<double>& numbers, int32_t* where = nullptr) {
  Program program;
  int32_t ignored;
  return decode(numbers, &program, where ? where : &ignored);
}

// Plans and runs what has been accepted.
void runAccepted(const std::vector<double>& numbers) {
  Program program;
  int32_t where;
  REQUIRE(decode(numbers, &program, &where) == Status::ok);
  if (program.batchSize > 4096) return;
  for (int set = 0; set < kInstructionSets; set++) {
    if (!isAvailable(static_cast<InstructionSet>(set))) continue;
    std::unique_ptr<Plan> plan;
    const Status status =
        Plan::create(numbers.data(), numbers.size(), 2, static_cast<InstructionSet>(set), &plan, &where);
    if (status != Status::ok) continue;
    const auto memory = makeRunMemory(plan->program(), 3, 2 * int64_t{program.batchSize} + 1, 7, 1);
    CHECK(plan->runHere(memory->buffers) == Status::ok);
  }
}

double awkwardNumber(RandomNumbers& random, const std::vector<double>& numbers) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double special[] = {NAN,
                            kInfinity,
                            -kInfinity,
                            0.5,
                            -1,
                            -2,
                            1e300,
                            -1e300,
                            4294967296.0,
                            2147483648.0,
                            2147483647.0,
                            -2147483648.0,
                            16777216,
                            16777217,
                            1073741823,
                            9007199254740992.0,
                            0,
                            1,
                            2,
                            3,
                            16,
                            17};
  switch (random.whole(0, 2)) {
    case 0: return special[random.whole(0, static_cast<int64_t>(std::size(special)) - 1)];
    case 1: return numbers[static_cast<size_t>(random.whole(0, static_cast<int64_t>(numbers.size()) - 1))];
    default: return static_cast<double>(random.whole(0, 70));
  }
}

}  // namespace

TEST_CASE("decode: a sound program is accepted") {
  const std::vector<double> numbers = smallTrainingProgram(4);
  Program program;
  int32_t where = 7;
  REQUIRE(decode(numbers, &program, &where) == Status::ok);
  CHECK(where == -1);
  CHECK(program.purpose == Purpose::train);
  CHECK(program.batchSize == 4);
  CHECK(program.bytes);
  CHECK(program.sampleElements == kSmallSampleElements);
  CHECK(program.targetElements == 1);
  CHECK(program.parameters.size() == 6);
  CHECK(program.results.size() == 1);
  CHECK(program.instructions[1].geometry.conv2d.outChannels == 3);
  CHECK(program.instructions[0].geometry.gather.scale == 1.0f / 255);
  runAccepted(numbers);
}

TEST_CASE("decode: cut off at any length, or with a number too many") {
  const std::vector<double> numbers = smallTrainingProgram(4);
  for (size_t length = 0; length < numbers.size(); length++) {
    if (statusOf({numbers.begin(), numbers.begin() + static_cast<int64_t>(length)}) == Status::ok) FAIL_CHECK(length);
  }
  std::vector<double> longer = numbers;
  longer.push_back(0);
  CHECK(statusOf(longer) == Status::malformed);
}

TEST_CASE("decode: every number replaced by each of the awkward ones") {
  const double awkward[] = {NAN, INFINITY, -INFINITY, -1e300, 1e300, -1, -2, 0.5, 9007199254740992.0, 4294967296.0};
  for (const std::vector<double>& numbers :
       {smallTrainingProgram(4), joinedTrainingProgram(4), normalizedTrainingProgram(4)}) {
    for (size_t at = 0; at < numbers.size(); at++) {
      for (const double value : awkward) {
        INFO("number ", at, " of ", numbers.size(), " is ", value);
        std::vector<double> changed = numbers;
        changed[at] = value;
        if (statusOf(changed) == Status::ok) runAccepted(changed);
      }
    }
  }
}

TEST_CASE("decode: random changes are refused, or can run") {
  const std::vector<double> programs[] = {smallTrainingProgram(4),      joinedTrainingProgram(4),
                                          normalizedTrainingProgram(4), normalizedTrainingProgram(20),
                                          ruledTrainingProgram(4),      ruledTrainingProgram(20)};
  int accepted = 0;
  for (uint64_t seed = 1; seed <= 30000; seed++) {
    INFO("seed ", seed);
    RandomNumbers random(seed);
    const std::vector<double>& numbers = programs[seed % 6];
    std::vector<double> changed = numbers;
    for (int64_t changes = random.whole(1, 3); changes > 0; changes--) {
      const auto at = static_cast<size_t>(random.whole(0, static_cast<int64_t>(numbers.size()) - 1));
      if (random.whole(0, 3) == 0) {
        std::swap(changed[at], changed[static_cast<size_t>(random.whole(0, static_cast<int64_t>(numbers.size()) - 1))]);
      } else {
        changed[at] = awkwardNumber(random, numbers);
      }
    }
    if (statusOf(changed) != Status::ok) continue;
    accepted++;
    if (accepted <= 1500) runAccepted(changed);
  }
  // Were all refused, the changes would be too wild to test anything.
  CHECK(accepted > 100);
}

TEST_CASE("decode: the guilty instruction is named") {
  std::vector<double> numbers = smallTrainingProgram(4);
  Program program;
  int32_t where = -1;
  REQUIRE(decode(numbers, &program, &where) == Status::ok);
  // The sizes of parameters and tensors are known; the instructions begin behind them.
  size_t at = 12 + 2 * program.parameters.size() + 1 + 6 * program.tensors.size() + 1;
  for (size_t i = 0; i < program.instructions.size(); i++) {
    std::vector<double> changed = numbers;
    changed[at] = static_cast<double>(Op::count);
    CHECK(statusOf(changed, &where) == Status::unknownOp);
    CHECK(where == static_cast<int32_t>(i));
    at += 4 + static_cast<size_t>(numbers[at + 1] + numbers[at + 2] + numbers[at + 3]);
  }
}

TEST_CASE("decode: names of ops") {
  CHECK(std::string(opName(0)) == "gather");
  CHECK(std::string(opName(static_cast<int32_t>(Op::sgd))) == "sgd");
  CHECK(opName(static_cast<int32_t>(Op::count)) == nullptr);
  CHECK(opName(-1) == nullptr);
}

TEST_CASE("check: a parameter that two layers take in different shapes") {
  // Packing follows the rows of a weight; those of one layer would lead beyond the other's.
  ProgramWriter w;
  w.purpose = Purpose::predict;
  w.sampleElements = 6;
  const auto shared = w.parameter(24);
  const int32_t x = w.activation(6);
  const int32_t y = w.activation(4);
  const int32_t z = w.activation(6);
  w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
  w.add(Op::dense, {x, shared.tensor}, {y}, {6, 4});
  w.add(Op::dense, {y, shared.tensor}, {z}, {4, 6});
  w.add(Op::scatter, {z}, {}, {6, static_cast<double>(w.result(z))});
  int32_t where = -1;
  CHECK(statusOf(w.numbers(), &where) == Status::badOperand);
  CHECK(where == 2);
}

TEST_CASE("check: how images are changed as they are gathered") {
  // Images of 2x3x4 with padding of 0, 1, 2, 0; then the crop and so on.
  const std::vector<double> sound = {2, 3, 4, 0, 1, 2, 0, 1, 0, 2, 1, 2, 3, 0.5, 0.5, 0.25, 0.5, 7, 0};
  const auto programWith = [](const std::vector<double>& fields, int64_t padded) {
    ProgramWriter w;
    w.purpose = Purpose::predict;
    w.sampleElements = 24;
    const int32_t x = w.activation(padded);
    w.add(Op::gatherAugmented, {}, {x}, fields);
    w.add(Op::scatter, {x}, {}, {static_cast<double>(padded), static_cast<double>(w.result(x))});
    return w.numbers();
  };
  runAccepted(programWith(sound, 48));
  CHECK(statusOf(programWith(sound, 24)) == Status::badOperand);
  CHECK(statusOf(programWith({sound.begin(), sound.end() - 1}, 48)) != Status::ok);
  const auto statusOfField = [&](size_t field, double value) {
    std::vector<double> fields = sound;
    fields[field] = value;
    return statusOf(programWith(fields, 48));
  };
  for (size_t field = 0; field < sound.size(); field++) {
    INFO("field ", field);
    for (const double odd : {-1.0, 1e300, -1e300, HUGE_VAL, -HUGE_VAL, nan("")}) {
      if (field == 7) continue;  // the scale may be any number
      INFO("value ", odd);
      CHECK(statusOfField(field, odd) != Status::ok);
    }
  }
  for (const size_t whole : {0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 17, 18})
    CHECK(statusOfField(whole, 0.5) != Status::ok);
  CHECK(statusOfField(10, 2) != Status::ok);
  CHECK(statusOfField(11, 3) != Status::ok);
  CHECK(statusOfField(13, 1.1e6) != Status::ok);
  CHECK(statusOfField(14, 1.01) != Status::ok);
  CHECK(statusOfField(15, 1.01) != Status::ok);
  CHECK(statusOfField(16, 0.91) != Status::ok);
  CHECK(statusOfField(9, 65537) != Status::ok);
  CHECK(statusOfField(8, 1) != Status::ok);
  // More than there is to move by is sound, if of no use.
  for (const size_t field : {9, 12}) {
    std::vector<double> fields = sound;
    fields[field] = 65536;
    runAccepted(programWith(fields, 48));
  }
  // A side that is too long.
  CHECK(statusOf(programWith({1, 1, 24, 0, 0, 65536, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0}, 65560)) ==
        Status::badGeometry);
}

TEST_CASE("check: how samples and targets are mixed") {
  const std::vector<double> augmented = {1, 2, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 519, 8};
  // Elements and stream, for targets whether they are labels; then the shares.
  struct Fields {
    std::vector<double> rows = {6, 8, 0.5, 0.75, 1};
    std::vector<double> targets = {6, 8, 1, 0.5, 1};
  };
  const auto programWith = [&](const Fields& fields, TargetKind kind = TargetKind::classes) {
    ProgramWriter w;
    w.sampleElements = 6;
    w.targets = kind;
    const int32_t own = w.activation(6);
    const int32_t partners = w.activation(6);
    const int32_t mixed = w.activation(6);
    const bool labels = kind == TargetKind::classes;
    const int32_t given = w.tensor(Role::targets, labels ? Kind::label : Kind::floats, true, labels ? 1 : 6);
    const int32_t targets = w.activation(6);
    const int32_t losses = w.activation(1);
    w.loss = w.scalar();
    w.correct = w.scalar();
    w.add(Op::gatherAugmented, {}, {own}, {1, 2, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0});
    w.add(Op::gatherAugmented, {}, {partners}, augmented);
    w.add(Op::mixup, {own, partners}, {mixed}, fields.rows);
    w.add(Op::mixTargets, {given}, {targets}, fields.targets);
    w.add(Op::squaredError, {mixed, targets}, {losses}, {6, 0, 1});
    w.add(Op::meanLoss, {losses}, {w.loss}, {});
    w.add(Op::countCorrect, {mixed, given}, {w.correct}, {6, labels ? 1.0 : 0.0});
    return w.numbers();
  };
  runAccepted(programWith({}));
  Fields values;
  values.targets[2] = 0;
  runAccepted(programWith(values, TargetKind::values));
  CHECK(statusOf(programWith({}, TargetKind::values)) == Status::badOperand);
  CHECK(statusOf(programWith(values)) == Status::badOperand);
  const auto refuses = [&](std::vector<double> Fields::*of, size_t field, double value) {
    Fields fields;
    (fields.*of)[field] = value;
    return statusOf(programWith(fields)) != Status::ok;
  };
  for (const auto of : {&Fields::rows, &Fields::targets}) {
    const std::vector<double> sound = Fields().*of;
    for (size_t field = 0; field < sound.size(); field++) {
      INFO("field ", field);
      for (const double odd : {-1.0, 1e300, HUGE_VAL, nan("")}) CHECK(refuses(of, field, odd));
    }
    CHECK(refuses(of, 0, 5));
    CHECK(refuses(of, 1, 0.5));
    CHECK(refuses(of, sound.size() - 1, 1.01));
    // A single share is none that a draw could lie between.
    for (const size_t kept : {size_t{2}, size_t{3}}) {
      Fields fields;
      (fields.*of).resize(kept);
      CHECK(statusOf(programWith(fields)) != Status::ok);
    }
  }
}

TEST_CASE("check: a weight's gradient in another shape than the weight") {
  // The second stage sums gradients by the weight's rows.
  ProgramWriter w;
  w.sampleElements = 6;
  const auto weight = w.parameter(24);
  const int32_t x = w.activation(6);
  const int32_t y = w.activation(4);
  w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
  w.add(Op::dense, {x, weight.tensor}, {y}, {6, 4});
  w.add(Op::denseGradWeight, {x, y}, {w.gradientOf(weight)}, {4, 6});
  int32_t where = -1;
  CHECK(statusOf(w.numbers(), &where) == Status::badOperand);
  CHECK(where == 2);
}

TEST_CASE("check: sums of a parameter's partial gradients") {
  // What one sum looks like: which tensors it adds, and whether that is right.
  enum class Fault { none, sameTwice, leftOut, otherParameter, usedAgain, secondIsSum, twoGradients };
  for (const Fault fault : {Fault::none, Fault::sameTwice, Fault::leftOut, Fault::otherParameter, Fault::usedAgain,
                            Fault::secondIsSum, Fault::twoGradients}) {
    INFO("fault ", static_cast<int>(fault));
    ProgramWriter w;
    w.sampleElements = 6;
    const auto bias = w.parameter(6);
    const auto other = w.parameter(6);
    const int32_t x = w.activation(6);
    const int32_t first = w.partialOf(bias);
    const int32_t second = w.partialOf(fault == Fault::otherParameter ? other : bias);
    const int32_t third = w.partialOf(bias);
    const int32_t sum = w.partialOf(bias);
    const int32_t gradient = w.gradientOf(bias);
    w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
    for (const int32_t partial : {first, second, third}) w.add(Op::biasGrad, {x}, {partial}, {6, 1});
    w.add(Op::add, {first, fault == Fault::sameTwice ? first : second}, {sum}, {6});
    if (fault == Fault::twoGradients) w.add(Op::biasGrad, {x}, {w.gradientOf(bias)}, {6, 1});
    const int32_t last = fault == Fault::usedAgain ? second : third;
    if (fault == Fault::secondIsSum) {
      w.add(Op::add, {last, sum}, {gradient}, {6});
    } else if (fault != Fault::leftOut) {
      w.add(Op::add, {sum, last}, {gradient}, {6});
    }
    if (fault == Fault::none) {
      runAccepted(w.numbers());
    } else {
      CHECK(statusOf(w.numbers()) == Status::badOperand);
    }
  }
}

TEST_CASE("check: targets of several outputs are slices of one row of values") {
  for (const TargetKind kind : {TargetKind::values, TargetKind::classes}) {
    const bool values = kind == TargetKind::values;
    INFO("values: ", values);
    ProgramWriter w;
    w.purpose = Purpose::evaluate;
    w.sampleElements = 3;
    w.targets = kind;
    const double width = values ? 5 : 1;
    const double taken = values ? 3 : 1;
    const int32_t targets =
        w.tensor(Role::targets, values ? Kind::floats : Kind::label, true, static_cast<int64_t>(width));
    const int32_t x = w.activation(3);
    const int32_t part = w.activation(static_cast<int64_t>(taken));
    const int32_t losses = w.activation(1);
    w.loss = w.scalar();
    w.add(Op::gather, {}, {x}, {1, 1, 3, 0, 0, 0, 0, 1, 0});
    w.add(Op::slice, {targets}, {part}, {width, width - taken, taken});
    w.add(Op::squaredError, {x, part}, {losses}, {3, 0, 1});
    w.add(Op::meanLoss, {losses}, {w.loss}, {});
    if (values) {
      runAccepted(w.numbers());
    } else {
      CHECK(statusOf(w.numbers()) == Status::badOperand);
    }
  }
}

TEST_CASE("check: the gradient of a weight that nothing reads") {
  for (const bool dense : {true, false}) {
    INFO("dense: ", dense);
    ProgramWriter w;
    w.sampleElements = 6;
    const auto weight = w.parameter(36);
    const int32_t x = w.activation(6);
    w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
    const int32_t gradient = w.gradientOf(weight);
    if (dense) {
      w.add(Op::denseGradWeight, {x, x}, {gradient}, {6, 6});
    } else {
      w.add(Op::conv2dGradWeight, {x, x}, {gradient}, {6, 1, 1, 6, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1});
    }
    runAccepted(w.numbers());
  }
}

TEST_CASE("check: which channels the filters of a partial convolution see") {
  // Images of 3x2x2, two filters with kernels of 1x1, and a table behind the geometry.
  const auto statusWith = [](std::vector<double> table, int64_t weights) {
    ProgramWriter writer;
    writer.purpose = Purpose::predict;
    writer.sampleElements = 12;
    const auto weight = writer.parameter(weights);
    const int32_t x = writer.activation(12);
    const int32_t y = writer.activation(8);
    writer.add(Op::gather, {}, {x}, {3, 2, 2, 0, 0, 0, 0, 1, 0});
    std::vector<double> fields = {3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1};
    fields.insert(fields.end(), table.begin(), table.end());
    writer.add(Op::partialConv2d, {x, weight.tensor}, {y}, fields);
    writer.add(Op::scatter, {y}, {}, {8, 0});
    writer.result(y);
    return statusOf(writer.numbers());
  };
  CHECK(statusWith({2, 1, 0, 2, 1}, 3) == Status::ok);
  CHECK(statusWith({2, 1, 0, 2, 1}, 4) == Status::badOperand);
  CHECK(statusWith({}, 3) == Status::badGeometry);
  CHECK(statusWith({2, 1}, 3) == Status::badGeometry);
  CHECK(statusWith({2, 1, 0, 2}, 2) == Status::badGeometry);        // fewer kernels than are counted
  CHECK(statusWith({2, 1, 0, 2, 1, 1}, 4) == Status::badGeometry);  // more
  CHECK(statusWith({3, 0, 0, 1, 2}, 3) == Status::badGeometry);     // a filter that sees nothing
  CHECK(statusWith({2, 1, 0, 3, 1}, 3) == Status::badGeometry);     // a channel that there is not
  CHECK(statusWith({2, 1, 1, 1, 1}, 3) == Status::badGeometry);     // one channel twice
  CHECK(statusWith({2, 1, 2, 0, 1}, 3) == Status::badGeometry);     // not in order
  CHECK(statusWith({2, -1, 0, 2, 1}, 3) == Status::badGeometry);
  CHECK(statusWith({0x3fffffff, 1, 0, 2, 1}, 3) == Status::badGeometry);
  for (const double odd : {0.5, 1.5, -0.5, 1e300, -1e300, 4294967297.0, HUGE_VAL, -HUGE_VAL, nan("")}) {
    CHECK(statusWith({odd, 1, 0, 2, 1}, 3) == Status::badGeometry);
    CHECK(statusWith({2, 1, 0, odd, 1}, 3) == Status::badGeometry);
  }
}

TEST_CASE("check: winners of one window read as those of another") {
  // Places in small windows are stored as bytes, in large ones as floats.
  ProgramWriter w;
  w.purpose = Purpose::predict;
  w.sampleElements = 16 * 17;
  const int32_t x = w.activation(16 * 17);
  const int32_t y = w.activation(1);
  const int32_t winners = w.tensor(Role::activation, Kind::index, true, 1);
  const int32_t gx = w.activation(16 * 17);
  w.add(Op::gather, {}, {x}, {1, 16, 17, 0, 0, 0, 0, 1, 0});
  w.add(Op::maxPool2d, {x}, {y, winners}, {1, 16, 17, 1, 1, 16, 16, 1, 2, 0, 0, 0, 0});
  w.add(Op::maxPool2dGrad, {y, winners}, {gx}, {1, 16, 17, 1, 1, 16, 17, 1, 1, 0, 0, 0, 0});
  w.add(Op::scatter, {gx}, {}, {16 * 17, static_cast<double>(w.result(gx))});
  int32_t where = -1;
  CHECK(statusOf(w.numbers(), &where) == Status::badOperand);
  CHECK(where == 2);
}

TEST_CASE("check: updates and what they keep") {
  enum class Fault {
    none,
    leftOut,
    tooMany,
    sameSlotTwice,
    otherSlot,
    otherParameter,
    noState,
    missing,
    twoUpdates,
    tooFewFactors,
    notFinite,
    negativeDecay,
    negativeRate,
    noFlag
  };
  for (const Fault fault :
       {Fault::none, Fault::leftOut, Fault::tooMany, Fault::sameSlotTwice, Fault::otherSlot, Fault::otherParameter,
        Fault::noState, Fault::missing, Fault::twoUpdates, Fault::tooFewFactors, Fault::notFinite, Fault::negativeDecay,
        Fault::negativeRate, Fault::noFlag}) {
    INFO("fault ", static_cast<int>(fault));
    ProgramWriter w;
    w.sampleElements = 6;
    w.stateSlots = 3;
    w.stepFactors = fault == Fault::tooFewFactors ? 1 : 2;
    const auto bias = w.parameter(6);
    const auto other = w.parameter(6);
    const int32_t x = w.activation(6);
    w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
    const int32_t gradient = w.gradientOf(bias);
    const int32_t gradientOfOther = w.gradientOf(other);
    w.add(Op::biasGrad, {x}, {gradient}, {6, 1});
    w.add(Op::biasGrad, {x}, {gradientOfOther}, {6, 1});
    const int32_t first = w.stateOf(bias, 0);
    std::vector<int32_t> inputs = {bias.tensor, gradient, first};
    if (fault == Fault::sameSlotTwice) inputs.push_back(first);
    if (fault == Fault::otherSlot) inputs.push_back(w.stateOf(bias, 2));
    if (fault == Fault::otherParameter) inputs.push_back(w.stateOf(other, 1));
    if (fault == Fault::noState) inputs.push_back(bias.tensor);
    if (fault == Fault::missing) inputs.push_back(-1);
    if (inputs.size() == 3 && fault != Fault::leftOut) inputs.push_back(w.stateOf(bias, 1));
    if (fault == Fault::tooMany) inputs.push_back(w.stateOf(bias, 2));
    const double epsilon = fault == Fault::notFinite ? INFINITY : 1e-8;
    const double decay = fault == Fault::negativeDecay ? -0.1 : 0.1;
    const double rate = fault == Fault::negativeRate ? -1 : 0.5;
    w.add(Op::adam, inputs, {}, {6, 0, decay, rate, 0.9, 0.999, epsilon, fault == Fault::noFlag ? 0.5 : 0});
    if (fault == Fault::twoUpdates) w.add(Op::sgd, {bias.tensor, gradient}, {}, {6, 0, 0, 1});
    // Another optimizer for another parameter is welcome.
    w.add(Op::sgd, {other.tensor, gradientOfOther}, {}, {6, 0, 0, 1});
    if (fault == Fault::none) {
      runAccepted(w.numbers());
      continue;
    }
    const bool geometry = fault == Fault::notFinite || fault == Fault::negativeDecay || fault == Fault::negativeRate ||
                          fault == Fault::noFlag;
    int32_t where = -1;
    CHECK(statusOf(w.numbers(), &where) == (geometry ? Status::badGeometry : Status::badOperand));
    CHECK(where == (fault == Fault::twoUpdates ? 4 : 3));
  }
}

TEST_CASE("check: how many slots and factors an optimizer takes") {
  struct Optimizer {
    Op op;
    std::vector<double> constants;
    int32_t slots, factors;
  };
  const Optimizer optimizers[] = {{Op::sgd, {}, 0, 0},
                                  {Op::momentum, {0.9, 1}, 1, 0},
                                  {Op::adagrad, {1e-8}, 1, 0},
                                  {Op::adadelta, {0.9, 1e-6}, 2, 0},
                                  {Op::adam, {0.9, 0.9, 1e-8, 0}, 2, 2},
                                  {Op::adam, {0.9, 0.9, 1e-8, 1}, 3, 2},
                                  {Op::adamax, {0.9, 0.9, 1e-8}, 2, 1},
                                  {Op::nadam, {0.9, 0.9, 1e-8}, 2, 3},
                                  {Op::radam, {0.9, 0.9, 1e-8}, 2, 2},
                                  {Op::rmsprop, {0.9, 1e-8, 0, 0}, 1, 0},
                                  {Op::rmsprop, {0.9, 1e-8, 0.5, 0}, 2, 0},
                                  {Op::rmsprop, {0.9, 1e-8, 0, 1}, 2, 0},
                                  {Op::rmsprop, {0.9, 1e-8, 0.5, 1}, 3, 0},
                                  {Op::lion, {0.9, 0.99}, 1, 0},
                                  {Op::muon, {0.9, 1, 5, 2, 3}, 1, 0}};
  for (const Optimizer& optimizer : optimizers) {
    INFO(std::string(opName(static_cast<int32_t>(optimizer.op))));
    const auto program = [&](int32_t slots, int32_t factors) {
      ProgramWriter w;
      w.sampleElements = 6;
      w.stateSlots = slots;
      w.stepFactors = factors;
      const auto bias = w.parameter(6);
      const int32_t x = w.activation(6);
      w.add(Op::gather, {}, {x}, {1, 1, 6, 0, 0, 0, 0, 1, 0});
      const int32_t gradient = w.gradientOf(bias);
      w.add(Op::biasGrad, {x}, {gradient}, {6, 1});
      std::vector<int32_t> inputs = {bias.tensor, gradient};
      for (int32_t slot = 0; slot < optimizer.slots; slot++) inputs.push_back(w.stateOf(bias, slot));
      std::vector<double> fields = {6, optimizer.op == Op::muon ? 0.0 : 0.1, 0.1, 1};
      fields.insert(fields.end(), optimizer.constants.begin(), optimizer.constants.end());
      w.add(optimizer.op, inputs, {}, fields);
      return w.numbers();
    };
    runAccepted(program(optimizer.slots, optimizer.factors));
    runAccepted(program(optimizer.slots + 1, optimizer.factors + 1));
    if (optimizer.slots > 0) {
      CHECK(statusOf(program(optimizer.slots - 1, optimizer.factors)) == Status::malformed);
    }
    if (optimizer.factors > 0) {
      CHECK(statusOf(program(optimizer.slots, optimizer.factors - 1)) == Status::badOperand);
    }
  }
}

TEST_CASE("check: what is done at the end of a step, and in which order") {
  runAccepted(ruledTrainingProgram(4));
  runAccepted(ruledTrainingProgram(40));
  // Each rule at another's place, or twice.
  for (const Rule first : kRules) {
    for (const Rule second : kRules) {
      INFO("rule ", static_cast<int>(first), " before ", static_cast<int>(second));
      const Status status = statusOf(ruledTrainingProgramOf(4, {first, second}));
      const bool average = first == Rule::average || second == Rule::average;
      const bool inOrder = first < second && (second != Rule::boundRows || first == Rule::update) && !average;
      CHECK((status == Status::ok) ==
            (inOrder || (average && second == Rule::average && first != second && first != Rule::boundRows)));
    }
  }
}

TEST_CASE("check: statistics that are given are no sums") {
  runAccepted(normalizedTrainingProgram(4));
  runAccepted(normalizedTrainingProgram(40));
  CHECK(statusOf(normalizedTrainingProgram(4, RowOf::given)) == Status::badOperand);
}

TEST_CASE("check: more memory than its parameters need") {
  std::vector<double> numbers = smallTrainingProgram(4);
  numbers[7] = 2147483648.0;
  CHECK(statusOf(numbers) == Status::badOperand);
  numbers = smallTrainingProgram(4);
  numbers[3] = 1073741823;
  CHECK(statusOf(numbers) == Status::malformed);
}

TEST_CASE("check: a parameter as large as can be") {
  // Nothing reads it, so it takes no memory; cutting it into tasks must come to an end all the same.
  constexpr int64_t kMost = int64_t{1} << 30;
  for (const int64_t size : {kMost, kMost + 1, int64_t{2147483647}}) {
    INFO(size, " elements");
    ProgramWriter w;
    w.purpose = Purpose::predict;
    w.sampleElements = 1;
    w.parameter(size);
    const int32_t x = w.activation(1);
    w.add(Op::gather, {}, {x}, {1, 1, 1, 0, 0, 0, 0, 1, 0});
    w.add(Op::scatter, {x}, {}, {1, static_cast<double>(w.result(x))});
    const std::vector<double> numbers = w.numbers();
    std::unique_ptr<Plan> plan;
    int32_t where = -1;
    const Status status = Plan::create(numbers.data(), numbers.size(), 1, InstructionSet::sse2, &plan, &where);
    CHECK(status == (size <= kMost ? Status::ok : Status::malformed));
  }
}

}  // namespace laminet::testing
