// Which instruction sets this processor and its operating system can run.
#pragma once

namespace laminet {

enum class InstructionSet { sse2 = 0, avx2 = 1, avx512 = 2 };
constexpr int kInstructionSets = 3;

// Whether kernels compiled for the set can run here. SSE2 is part of x86-64.
bool isAvailable(InstructionSet set);

// The widest set that is available.
InstructionSet bestInstructionSet();

}  // namespace laminet
