// The functions of update.h whose sources are several.
#pragma once
#include <stdint.h>

namespace laminet {
namespace LAMINET_ISA {

void addTo(int64_t count, const float* from, float* to);
void sumSlots(float* first, int64_t stride, int32_t slots, int64_t count);

}  // namespace LAMINET_ISA
}  // namespace laminet
