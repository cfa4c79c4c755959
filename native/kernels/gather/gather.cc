#include "kernels/gather/gather.h"

#include "kernels/table.h"
#include "simd/simd.h"

namespace laminet {
namespace LAMINET_ISA {
namespace {

// Turns 16 rows of 16 bytes, one a sample, into 16 rows of one pixel each. Four rounds of interleaving.
LAMINET_INLINE void transposeBytes(__m128i (&rows)[16]) {
  __m128i other[16];
  for (int i = 0; i < 8; i++) {
    other[2 * i] = _mm_unpacklo_epi8(rows[i], rows[i + 8]);
    other[2 * i + 1] = _mm_unpackhi_epi8(rows[i], rows[i + 8]);
  }
  for (int i = 0; i < 8; i++) {
    rows[2 * i] = _mm_unpacklo_epi8(other[i], other[i + 8]);
    rows[2 * i + 1] = _mm_unpackhi_epi8(other[i], other[i + 8]);
  }
  for (int i = 0; i < 8; i++) {
    other[2 * i] = _mm_unpacklo_epi8(rows[i], rows[i + 8]);
    other[2 * i + 1] = _mm_unpackhi_epi8(rows[i], rows[i + 8]);
  }
  for (int i = 0; i < 8; i++) {
    rows[2 * i] = _mm_unpacklo_epi8(other[i], other[i + 8]);
    rows[2 * i + 1] = _mm_unpackhi_epi8(other[i], other[i + 8]);
  }
}

// Up to 16 neighbouring pixels of every sample.
struct BytePixels {
  const uint8_t* samples;
  void write(const int64_t* starts, int32_t lanes, int64_t offset, int32_t pixels, Vec scale, float* output) const {
    __m128i rows[16];
    for (int n = 0; n < kLanes; n++) {
      if (n >= lanes) {
        rows[n] = _mm_setzero_si128();
      } else if (pixels == 16) {
        rows[n] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(samples + starts[n] + offset));
      } else {
        alignas(16) uint8_t part[16] = {};
        __builtin_memcpy(part, samples + starts[n] + offset, static_cast<size_t>(pixels));
        rows[n] = _mm_load_si128(reinterpret_cast<const __m128i*>(part));
      }
    }
    transposeBytes(rows);
    for (int32_t p = 0; p < pixels; p++) {
      alignas(16) uint8_t pixel[16];
      _mm_store_si128(reinterpret_cast<__m128i*>(pixel), rows[p]);
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        store(output + static_cast<int64_t>(p) * kLanes + lane, mul(loadBytes(pixel + lane), scale));
      }
    }
  }
};

struct FloatPixels {
  const float* samples;
  void write(const int64_t* starts, int32_t lanes, int64_t offset, int32_t pixels, Vec scale, float* output) const {
    for (int32_t p = 0; p < pixels; p++) {
      alignas(64) float pixel[kLanes];
      for (int n = 0; n < kLanes; n++) pixel[n] = n < lanes ? samples[starts[n] + offset + p] : 0.0f;
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        store(output + static_cast<int64_t>(p) * kLanes + lane, mul(load(pixel + lane), scale));
      }
    }
  }
};

void clear(float* output, int64_t pixels) {
  __builtin_memset(output, 0, static_cast<size_t>(pixels) * kLanes * sizeof(float));
}

template <class Pixels>
void gather(const GatherGeometry& g, Part part, const Pixels& pixels, const uint32_t* indices, int32_t count,
            float* output) {
  const int64_t size = static_cast<int64_t>(g.channels) * g.sourceHeight * g.sourceWidth;
  int64_t starts[kLanes];
  for (int32_t n = 0; n < count; n++) starts[n] = static_cast<int64_t>(indices[n]) * size;
  const Vec scale = broadcast(g.scale);
  const int32_t width = g.padLeft + g.sourceWidth + g.padRight;
  const int32_t height = g.padTop + g.sourceHeight + g.padBottom;
  const Share rows = shareOf(part, static_cast<int64_t>(g.channels) * height);
  for (int64_t row = rows.begin; row < rows.end; row++) {
    float* to = output + row * width * kLanes;
    const int64_t y = row % height - g.padTop;
    if (y < 0 || y >= g.sourceHeight) {
      clear(to, width);
      continue;
    }
    clear(to, g.padLeft);
    to += static_cast<int64_t>(g.padLeft) * kLanes;
    const int64_t line = (row / height * g.sourceHeight + y) * g.sourceWidth;
    for (int32_t x = 0; x < g.sourceWidth; x += 16) {
      const int32_t run = g.sourceWidth - x < 16 ? g.sourceWidth - x : 16;
      pixels.write(starts, count, line + x, run, scale, to);
      to += static_cast<int64_t>(run) * kLanes;
    }
    clear(to, g.padRight);
  }
}

void gatherBytes(const GatherGeometry& g, Part part, const uint8_t* samples, const uint32_t* indices, int32_t count,
                 float* output) {
  gather(g, part, BytePixels{samples}, indices, count, output);
}

void gatherFloats(const GatherGeometry& g, Part part, const float* samples, const uint32_t* indices, int32_t count,
                  float* output) {
  gather(g, part, FloatPixels{samples}, indices, count, output);
}

void scatter(int64_t elements, const float* input, int32_t count, float* rows) {
  for (int32_t n = 0; n < count; n++) {
    for (int64_t e = 0; e < elements; e++) rows[n * elements + e] = input[e * kLanes + n];
  }
}

}  // namespace

const GatherKernels& gatherKernels() {
  static constexpr GatherKernels kernels = {gatherBytes, gatherFloats, scatter};
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
