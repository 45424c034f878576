#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace envguard::recipe {

/// What a knob's value looks like where an experiment may set it. Each form is a small grammar; what no grammar admits
/// is never set.
enum class KnobForm {
  numeral,       ///< "1", "-1", "0.5", "0x1f"
  threads,       ///< "8" or, one for each nesting level, "8,4"; each from 1 to `most_threads`
  words,         ///< "AVX2", or "AVX2,STRICT"
  workspaces,    ///< of CUBLAS_WORKSPACE_CONFIG: ":4096:8", or ":4096:2:16:8"
  allocator,     ///< of PYTORCH_ALLOC_CONF: "expandable_segments:True,roundup_power2_divisions:[256:1,>:8]"
  cpu_tunables,  ///< of GLIBC_TUNABLES: "glibc.cpu.hwcaps=-AVX2"
  off,           ///< "0" alone: switched on, the library reads and writes files of its own
  never,         ///< no value is set, and any value is recorded
  files,         ///< names files: recorded as name and content, never set
  device,        ///< says which device computes and not how: goes into no lock, and is never set
};

struct Knob {
  std::string_view name;  ///< a trailing `*` stands for a prefix; rows before it may name its exceptions
  KnobForm form = KnobForm::never;
};

/// Environment variables that move numerics or choose the code that computes. The first row that fits a name counts.
[[nodiscard]] std::span<const Knob> knobs();

/// Whether a variable of this name is one of them.
[[nodiscard]] bool is_knob(std::string_view variable);

/// CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER say which device computes, not how: they go into no lock.
[[nodiscard]] bool chooses_device(std::string_view variable);

/// Whether the knob's value is a file or a list of files.
[[nodiscard]] bool names_files(std::string_view knob);

/// The largest number of threads that an experiment or `compare --flag` asks for.
inline constexpr long long most_threads = 1024;

/// A longer value is recorded as its hash.
inline constexpr std::size_t most_recorded_bytes = 512;
inline constexpr std::size_t most_recorded_file_bytes = std::size_t{8} << 10;

/// Whether envguard itself would have written this line into [knobs] of a lock. A value that names a file, is not
/// printable ASCII or is too long is never written: see `recorded_hash` and `recorded_file`.
[[nodiscard]] bool may_be_recorded(std::string_view knob, std::string_view value);

/// Whether an experiment may set the knob to this value, and whether advice may print it as a command. True only for
/// values of the knob's form, so that no text of a lock can make a library open a file.
[[nodiscard]] bool may_be_set(std::string_view knob, std::string_view value);

/// Whether an experiment may take the variable away. True for every knob that a lock can hold.
[[nodiscard]] bool may_be_removed(std::string_view knob);

/// What stands in a lock for a value that may not be written there: "xxh3:" and 32 hex digits.
[[nodiscard]] std::string recorded_hash(std::string_view value);
[[nodiscard]] bool is_recorded_hash(std::string_view value);

/// What stands in a lock for a file: "libm-off.so@8fa833c4b713", or "libm-off.so@missing" where `content` (hex digits)
/// is empty. A name that has other characters than letters, digits and ._+- is replaced by its hash.
[[nodiscard]] std::string recorded_file(std::string_view name, std::string_view content);

}  // namespace envguard::recipe
