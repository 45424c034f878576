#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/key.hpp"
#include "model/observed.hpp"
#include "model/probe.hpp"

namespace envguard::codec {

/// The lines that an engine writes to descriptor 3, in this order; each ends with a newline and is one write(2) of at
/// most limits::protocol_line_bytes. Floats travel as hexadecimal, text that is not UTF-8 as base64.
inline constexpr int protocol_number = 1;

/// Before any library is opened.
struct Hello {
  int protocol = protocol_number;
  std::string build;
  int recipe = 0;
};

/// One library that is about to be opened, so that a crash there has a name.
struct Opening {
  std::string library;
};

/// In place of `Opened`: what was looked for, and is not there. `Done` follows.
struct NotOpened {
  enum class Kind { missing_library, missing_symbol, too_old, not_loadable, no_device };
  Kind kind = Kind::missing_library;
  std::string what;        ///< one sentence
  std::string looked_for;  ///< the library, symbol or version
};

struct Opened {
  std::string torch;                                       ///< "2.11.0"
  std::uint64_t abi = 0;                                   ///< aoti_torch_abi_version()
  std::optional<model::GpuKey> gpu;                        ///< where the plan's device is one
  std::vector<std::pair<std::string, std::string>> built;  ///< of PyTorch's build, as it answers: mkl, onednn, blas …
  std::vector<std::pair<std::string, std::string>> flags;  ///< as read back
  std::vector<std::string> not_settable;
};

/// All probes follow once more, with inputs moved after the pattern of this seed. One line for each seed of the plan,
/// in its order.
struct Round {
  std::uint64_t perturb = 0;
};

/// A probe, or a unit of several probes, that is about to run. Its probes follow, one line each.
struct Begin {
  std::string probe;
};

/// Where in the memfd (descriptor 4) a whole tensor lies: bytes from the start.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

struct Probe {
  model::ProbeResult result;
  std::optional<Extent> bytes;
};

/// What is mapped at the end, and the versions that the loaded libraries answer. May be split over several lines.
struct Libraries {
  std::vector<model::Library> libraries;
  std::vector<model::Component> versions;
};

/// The environment variables that the engine and its libraries asked for, after everything was measured. May be split
/// over several lines. `whole`: false where there were more than the engine could note.
struct Asked {
  std::vector<std::string> names;
  bool whole = true;
};

/// The last line. `stopped` is "cuda-error" where the process had to end before the plan did, else empty.
struct Done {
  int probes = 0;
  std::string stopped;
};
inline constexpr std::string_view stopped_by_cuda_error = "cuda-error";

using Line = std::variant<Hello, Opening, NotOpened, Opened, Round, Begin, Probe, Libraries, Asked, Done>;

/// With its newline.
[[nodiscard]] std::string write_line(const Line& line);

/// Without its newline. Error could_not_measure for anything that is not one of the lines; unknown members are ignored.
[[nodiscard]] Line read_line(std::string_view text);

}  // namespace envguard::codec
