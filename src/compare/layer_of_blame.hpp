#pragma once

#include <optional>
#include <string>
#include <vector>

namespace envguard::compare {

/// Which layer of software or hardware a drift on a GPU began in, from the lowest up.
enum class Blame {
  gpu,       ///< machine code that nobody compiled anew computes otherwise: the GPU, or the driver that loads it
  compiler,  ///< the same kernels compiled here compute otherwise, the machine code does not: NVRTC
  library,   ///< cuBLAS or cuDNN, asked directly, computes otherwise
  pytorch,   ///< they do not, and what PyTorch asks of them on the same inputs does: it calls them otherwise
};

struct LayerOfBlame {
  Blame blame = Blame::gpu;
  std::string sentence;             ///< "cuBLAS moved: …"
  std::vector<std::string> probes;  ///< that moved and say so
};

/// `moved` of `judged` probes differ from the lock. Only pairs of the recipe's twins tell layers apart: both must have
/// been judged, so nothing is said where envguard was built without nvcc, where the driver is too old for its machine
/// code, or on a CPU.
[[nodiscard]] std::optional<LayerOfBlame> layer_of_blame(const std::vector<std::string>& moved,
                                                         const std::vector<std::string>& judged);

}  // namespace envguard::compare
