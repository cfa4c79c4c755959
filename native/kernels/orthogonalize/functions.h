// The functions of orthogonalize.h whose sources are several.
#pragma once
#include <stdint.h>

namespace laminet {
namespace LAMINET_ISA {

void timesTransposed(int64_t rows, int64_t columns, int64_t begin, int64_t end, const float* x, double s,
                     const float* start, double t, float* result);
void addProduct(int64_t rows, int64_t columns, int64_t begin, int64_t end, double s, const float* symmetric,
                const float* x, float* result);

}  // namespace LAMINET_ISA
}  // namespace laminet
