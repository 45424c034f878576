#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/device.hpp"
#include "model/probe.hpp"
#include "recipe/input.hpp"

namespace envguard::recipe {

/// Locks made by the same recipe number hold the same probes; of two recipes the ids in common are compared.
inline constexpr int number = 3;

/// One kept tensor of a unit.
struct Output {
  std::string id;         ///< "dnn.conv2d_3x3.grad_input"; immutable, never used again for anything else
  std::string operation;  ///< in PyTorch's words over the unit's inputs: "grad of sum(y * g) with respect to x"
};

/// What must run together to yield its probes. The engine's code for it takes shapes, types and seeds from here.
struct Unit {
  std::string id;                          ///< "dnn.conv2d_3x3"
  std::string family;                      ///< of the operator, for signatures: "gemm", "conv", "softmax" …
  std::vector<model::DeviceKind> devices;  ///< where it runs
  std::vector<Input> inputs;               ///< by name; the engine clones them into torch's own allocator
  std::uint64_t generator_seed = 0;        ///< torch's default generator is set to it first; 0: the unit draws nothing
  std::vector<Output> outputs;             ///< in the order in which the unit yields them
  bool strict = true, as_is = false;       ///< the profiles in which it runs
  /// PyTorch's flags of `settable_flags` that hold while the unit runs, over the profile's; put back after it.
  std::vector<std::pair<std::string, bool>> flags = {};
  /// The unit that computes the same from the same inputs a layer of software higher: PyTorch's product over the one
  /// that cuBLAS was asked for directly, NVRTC's kernel over nvcc's. Empty for every other unit.
  std::string twin = {};
  std::optional<DType> computes_in = {};  ///< where it is not the type of its inputs, as under autocast
  bool embedded = false;                  ///< machine code that nvcc made while envguard was built
  int since = 1;                          ///< the first recipe number whose every strict ladder has it
  [[nodiscard]] const Input& input(
      std::string_view name) const;  ///< a name that is not there is a fault of the program
};

/// One probe of the table, as compare and reports see it.
struct Definition {
  std::string id, layer, unit, family;
  std::vector<model::DeviceKind> devices;
  std::string text;              ///< canonical: whatever changes it makes another probe, with a new id
  DType dtype = DType::float32;  ///< in which it computes: of the unit's floating-point inputs, int64 where it has none
  /// Whether its distance tells rounding from more. Weights after steps of Adam do not: it turns the noise of a
  /// gradient that is zero into a step of the learning rate.
  bool classifies = true;
  bool strict = true, as_is = false, embedded = false;  ///< as of its unit
  int since = 1;                                        ///< as of its unit
};

/// Whether this build carries nvcc's machine code. Without it `probes` leaves out the units of it, so that they count
/// as the other build's alone.
[[nodiscard]] bool has_embedded_sass();

/// Every unit, lowest layer first: the order in which the ladder runs.
[[nodiscard]] const std::vector<Unit>& units();
[[nodiscard]] const Unit* find_unit(std::string_view id);
/// Every probe, in the order of `units`.
[[nodiscard]] const std::vector<Definition>& definitions();
[[nodiscard]] const Definition* find(std::string_view probe_id);
/// Whether a device's ladder under a profile has the probe, in a build with machine code of nvcc.
[[nodiscard]] bool belongs_to(const Definition& definition, model::DeviceKind device, model::Profile profile);
/// The ids of a device's ladder, in order.
[[nodiscard]] std::vector<std::string> probes(model::DeviceKind device,
                                              model::Profile profile = model::Profile::strict);

/// arith, rng, blas, linalg, dnn, ops, train.
[[nodiscard]] const std::vector<std::string>& layers();
/// 0 for arith, 6 for train; a layer of another recipe comes after all of them.
[[nodiscard]] int layer_rank(std::string_view layer);

}  // namespace envguard::recipe
