// Which calls get stages of their own.
#include "plan/stages.h"

#include <doctest/doctest.h>

#include <vector>

namespace laminet::testing {
namespace {

Call plainCall(int64_t outputs) {
  Call call{};
  call.lanes = kSliceSamples;
  call.work = outputs;
  call.outputElements[0] = outputs;
  return call;
}

Call denseCall(int64_t inputs, int64_t outputs) {
  Call call = plainCall(outputs);
  call.work = call.sharedFloats = inputs * outputs;
  return call;
}

// Every slice goes through one task's call of a stage, and there is enough to do for all threads.
void expectTogether(const Stage& stage, int32_t at, int32_t slices, int32_t threads) {
  CHECK(stage.begin == at);
  CHECK(stage.end == at + 1);
  CHECK(stage.together > 1);
  CHECK(stage.together <= slices);
  CHECK((slices + stage.together - 1) / stage.together * stage.parts >= threads);
}

}  // namespace

TEST_CASE("stages: slices read weights together that do not stay in the cache") {
  const std::vector<Call> calls = {plainCall(512), denseCall(512, 512), plainCall(512), denseCall(512, 10)};
  for (const int32_t threads : {1, 2, 3, 16}) {
    for (const int32_t slices : {2, 3, 12, 13, 64, 1000}) {
      INFO(slices, " slices on ", threads, " threads");
      const std::vector<Stage> stages = divide(calls, slices, threads);
      REQUIRE(stages.size() >= 3);
      expectTogether(stages[1], 1, slices, threads);
      for (const Stage& stage : stages) {
        if (stage.begin != 1) CHECK(stage.together == 1);
      }
    }
  }
}

TEST_CASE("stages: a slice by itself, or with weights that are the least of what it reads, goes alone") {
  const std::vector<Call> small = {plainCall(256), denseCall(256, 256)};
  const std::vector<Call> large = {plainCall(512), denseCall(512, 512)};
  const std::vector<Call> images = {plainCall(100000), denseCall(512, 512)};
  for (const Stage& stage : divide(small, 64, 2)) CHECK(stage.isPlain());
  for (const Stage& stage : divide(images, 64, 2)) CHECK(stage.isPlain());
  for (const Stage& stage : divide(large, 1, 1)) CHECK(stage.isPlain());
  CHECK(divide(small, 64, 2).size() == 1);
}

}  // namespace laminet::testing
