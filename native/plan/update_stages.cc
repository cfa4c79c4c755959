#include "plan/update_stages.h"

#include <algorithm>

namespace laminet {
namespace {

// Numbers that one task changes, about: enough to be worth handing out.
constexpr int64_t kTaskFloats = 2048;
// Gradients that are computed in the last stage: rows of a task at most, and tasks where rows are fewer.
constexpr int32_t kProductRows = 256;
constexpr int32_t kProductTasks = 8;
// Rows of a weight matrix are handed out in multiples of this.
constexpr int32_t kRowBlock = 16;
// Rows of a matrix that a task multiplies.
constexpr int64_t kMatrixRows = 32;

int32_t ceilDiv(int64_t a, int64_t b) { return static_cast<int32_t>((a + b - 1) / b); }

int64_t toLine(int64_t floats) { return (floats + 15) / 16 * 16; }

// The rows of a parameter that its packing, the product that is its gradient, or a bound on them knows, or its numbers.
std::vector<int32_t> rowsOf(const Program& program, const Lowered& lowered) {
  std::vector<int32_t> all(program.parameters.size(), 0);
  for (size_t p = 0; p < all.size(); p++) all[p] = lowered.rules[p].maxNorm.rows;
  for (const Packing& packing : lowered.packings) all[packing.parameter] = packing.rows;
  for (size_t p = 0; p < all.size(); p++) {
    for (const GradientPart& part : lowered.gradientParts[p]) {
      if (part.product) all[p] = part.rows;
    }
    if (all[p] == 0) all[p] = static_cast<int32_t>(program.parameters[p].size);
  }
  return all;
}

// Norms are summed range by range: how many there are depends on shapes alone.
void addRanges(const Program& program, const Lowered& lowered, UpdateStages* s) {
  for (size_t p = 0; p < program.parameters.size(); p++) {
    const int64_t rowFloats = program.parameters[p].size / s->rows[p];
    int64_t atLeast = std::max<int64_t>(1, kTaskFloats / rowFloats);
    for (const GradientPart& part : lowered.gradientParts[p]) {
      // Every task reads the inputs of all slices.
      if (part.product) atLeast = std::max<int64_t>(atLeast, std::min(kProductRows, ceilDiv(part.rows, kProductTasks)));
    }
    // Whole blocks of rows where there are several: they are packed together.
    const int32_t step = ceilDiv(atLeast, kRowBlock) * kRowBlock;
    s->firstRange.push_back(static_cast<int32_t>(s->ranges.size()));
    for (int32_t begin = 0; begin < s->rows[p]; begin += step) {
      s->ranges.push_back({static_cast<int32_t>(p), begin, std::min(s->rows[p], begin + step)});
    }
  }
  s->firstRange.push_back(static_cast<int32_t>(s->ranges.size()));
}

std::vector<RowRange> blocksOf(int32_t matrix, int64_t rows) {
  std::vector<RowRange> blocks;
  for (int64_t begin = 0; begin < rows; begin += kMatrixRows) {
    const int64_t end = std::min(rows, begin + kMatrixRows);
    blocks.push_back({matrix, static_cast<int32_t>(begin), static_cast<int32_t>(end)});
  }
  return blocks;
}

void addMatrix(int32_t parameter, const UpdateGeometry& g, UpdateStages* s) {
  const Muon muon(g);
  Matrix m{parameter, muon, muon.rows > muon.columns, muon.rows, muon.columns, 0, {}, 0, 0};
  if (m.tall) std::swap(m.rows, m.columns);
  const auto place = [&](int64_t floats) {
    const int64_t at = s->matrixFloats;
    s->matrixFloats += toLine(floats);
    return at;
  };
  m.direction = place(g.elements);
  for (int64_t& x : m.x) x = place(g.elements);
  m.gram = place(m.rows * m.rows);
  m.square = place(m.rows * m.rows);
  const auto number = static_cast<int32_t>(s->matrices.size());
  s->matrixOf[parameter] = number;
  for (int32_t range = s->firstRange[parameter]; range < s->firstRange[parameter + 1]; range++) {
    s->matrixRanges.push_back(range);
  }
  for (const RowRange& block : blocksOf(number, m.rows)) s->blocks.push_back(block);
  if (m.tall) {
    for (const RowRange& block : blocksOf(number, m.columns)) s->turns.push_back(block);
  }
  s->matrices.push_back(m);
}

void addStages(bool norms, UpdateStages* s) {
  if (!norms && s->matrices.empty()) {
    s->stages.push_back({UpdateWork::whole, 0});
    return;
  }
  s->stages.push_back({UpdateWork::gather, 0});
  if (norms) s->stages.push_back({UpdateWork::norms, 0});
  if (!s->matrices.empty()) {
    s->stages.push_back({UpdateWork::momentum, 0});
    s->stages.push_back({UpdateWork::divide, 0});
    int32_t rounds = 0;
    for (const Matrix& m : s->matrices) rounds = std::max(rounds, m.muon.iterations);
    for (int32_t round = 0; round < rounds; round++) {
      for (const UpdateWork work : {UpdateWork::gram, UpdateWork::square, UpdateWork::multiply}) {
        s->stages.push_back({work, round});
      }
    }
    if (!s->turns.empty()) s->stages.push_back({UpdateWork::turn, 0});
  }
  s->stages.push_back({UpdateWork::apply, 0});
}

// Gradients that a task computes by itself, and uses in the same stage.
void findPassing(const Program& program, const Lowered& lowered, UpdateStages* s) {
  const bool whole = s->stages.front().work == UpdateWork::whole;
  for (size_t p = 0; p < program.parameters.size(); p++) {
    const std::vector<GradientPart>& parts = lowered.gradientParts[p];
    s->passing.push_back(whole && parts.size() == 1 && parts.front().product);
  }
  for (const RowRange& range : s->ranges) {
    if (!s->passing[range.of]) continue;
    const int64_t rowFloats = program.parameters[range.of].size / s->rows[range.of];
    s->passingFloats = std::max(s->passingFloats, (range.end - range.begin) * rowFloats);
  }
}

}  // namespace

int32_t UpdateStages::tasks(UpdateWork work, int32_t norms) const {
  switch (work) {
    case UpdateWork::whole:
    case UpdateWork::gather:
    case UpdateWork::apply: return static_cast<int32_t>(ranges.size());
    case UpdateWork::norms: return norms;
    case UpdateWork::momentum: return static_cast<int32_t>(matrixRanges.size());
    case UpdateWork::turn: return static_cast<int32_t>(turns.size());
    default: return static_cast<int32_t>(blocks.size());
  }
}

UpdateStages updateStages(const Program& program, const Lowered& lowered) {
  UpdateStages s;
  s.rows = rowsOf(program, lowered);
  s.matrixOf.assign(program.parameters.size(), -1);
  addRanges(program, lowered, &s);
  for (size_t p = 0; p < program.parameters.size(); p++) {
    const int32_t update = lowered.rules[p].update;
    if (update >= 0 && program.instructions[update].op == Op::muon) {
      addMatrix(static_cast<int32_t>(p), program.instructions[update].geometry.update, &s);
    }
  }
  addStages(!lowered.norms.empty(), &s);
  findPassing(program, lowered, &s);
  return s;
}

}  // namespace laminet
