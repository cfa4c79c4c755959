#include "kernels/planar/functions.h"
#include "kernels/table.h"

namespace laminet {
namespace LAMINET_ISA {

const PlanarKernels& planarKernels() {
  static constexpr PlanarKernels kernels = {
      {planarConv2dScratchSize, planarConv2dForward, planarConv2dGradInput, planarConv2dGradWeight},
      {planarDensePackedSize, planarDensePackForward, planarDenseForward, planarDenseGradInput,
       planarDenseGradWeightRows},
      {planarMaxPool2dForward, planarMaxPool2dGradInput},
      planarChannelSums,
      planarGatherBytes,
      planarGatherFloats,
  };
  return kernels;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
