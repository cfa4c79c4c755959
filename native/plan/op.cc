#include "plan/op.h"

namespace laminet {

const OpDefinition& definitionOf(Op op) {
  static constexpr const OpDefinition* definitions[] = {
#define LAMINET_OP(name) &name##Op,
#include "plan/ops.def"
#undef LAMINET_OP
  };
  return *definitions[static_cast<int32_t>(op)];
}

const char* opName(int32_t op) {
  static constexpr const char* names[] = {
#define LAMINET_OP(name) #name,
#include "plan/ops.def"
#undef LAMINET_OP
  };
  return op >= 0 && op < static_cast<int32_t>(Op::count) ? names[op] : nullptr;
}

}  // namespace laminet
