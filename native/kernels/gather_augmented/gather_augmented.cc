#include "kernels/gather_augmented/gather_augmented.h"

#include "kernels/gather_augmented/rows.h"
#include "kernels/table.h"
#include "simd/transpose.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Calls `write` for each row of the part, with its channel, and `begin` before the first row of a channel.
template <class Begin, class Write>
LAMINET_INLINE void eachRow(const GatherGeometry& g, Part part, const Begin& begin, const Write& write) {
  const int32_t height = g.padTop + g.sourceHeight + g.padBottom;
  const Share rows = shareOf(part, static_cast<int64_t>(g.channels) * height);
  int64_t channel = -1;
  for (int64_t row = rows.begin; row < rows.end; row++) {
    if (row / height != channel) {
      channel = row / height;
      begin(channel);
    }
    write(row, static_cast<int32_t>(row % height));
  }
}

template <class Number>
void gather(const GatherAugmentedGeometry& g, Part part, const AugmentDraw& draw, const Number* samples,
            const uint32_t* indices, int32_t count, float* output) {
  SampleDraw draws[kLanes];
  drawSamples(g, draw, indices, count, draws);
  const int64_t pixels = static_cast<int64_t>(g.gather.sourceHeight) * g.gather.sourceWidth;
  const int32_t width = g.gather.padLeft + g.gather.sourceWidth + g.gather.padRight;
  const Number* planes[kLanes];
  float offsets[kLanes];
  eachRow(
      g.gather, part,
      [&](int64_t channel) {
        for (int32_t n = 0; n < count; n++) {
          planes[n] = samples + (static_cast<int64_t>(indices[n]) * g.gather.channels + channel) * pixels;
          offsets[n] = offsetOf(g, draws[n], planes[n]);
        }
      },
      [&](int64_t row, int32_t y) {
        alignas(64) float square[kLanes * kRun];
        alignas(64) float turned[kRun * kLanes];
        for (int32_t x = 0; x < width; x += kRun) {
          const int32_t run = width - x < kRun ? width - x : kRun;
          for (int32_t n = 0; n < count; n++) {
            ChangedPlane<Number>(g, draws[n], planes[n], offsets[n]).write(y, x, run, square + n * kRun);
          }
          float* to = output + (row * width + x) * kLanes;
          if (run == kRun) {
            transposeSquare(square, kRun, count, to, kLanes);
          } else {
            transposeSquare(square, kRun, count, turned, kLanes);
            __builtin_memcpy(to, turned, static_cast<size_t>(run) * kLanes * sizeof(float));
          }
        }
      });
}

template <class Number>
void gatherPlanar(const GatherAugmentedGeometry& g, Part part, const AugmentDraw& draw, const Number* samples,
                  const uint32_t* index, float* output) {
  SampleDraw drawn[kLanes];
  drawSamples(g, draw, index, 1, drawn);
  const int64_t pixels = static_cast<int64_t>(g.gather.sourceHeight) * g.gather.sourceWidth;
  const int32_t width = g.gather.padLeft + g.gather.sourceWidth + g.gather.padRight;
  const Number* plane = nullptr;
  float offset = 0;
  eachRow(
      g.gather, part,
      [&](int64_t channel) {
        plane = samples + (static_cast<int64_t>(*index) * g.gather.channels + channel) * pixels;
        offset = offsetOf(g, drawn[0], plane);
      },
      [&](int64_t row, int32_t y) {
        alignas(64) float numbers[kRun];
        const ChangedPlane<Number> changed(g, drawn[0], plane, offset);
        for (int32_t x = 0; x < width; x += kRun) {
          const int32_t run = width - x < kRun ? width - x : kRun;
          changed.write(y, x, run, numbers);
          __builtin_memcpy(output + row * width + x, numbers, static_cast<size_t>(run) * sizeof(float));
        }
      });
}

}  // namespace

const GatherAugmentedKernels& gatherAugmentedKernels() {
  static constexpr GatherAugmentedKernels kernels = {gather<uint8_t>, gather<float>, gatherPlanar<uint8_t>,
                                                     gatherPlanar<float>};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
