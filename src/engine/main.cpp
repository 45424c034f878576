// envguard-engine: opens the user's own PyTorch for envguard and says what it computes. It has no state and writes no
// file.
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/number.hpp"
#include "codec/build_id.hpp"
#include "codec/devices.hpp"
#include "codec/protocol.hpp"
#include "engine/cuda/devices.hpp"
#include "engine/session.hpp"
#include "recipe/table.hpp"

namespace {

using envguard::base::Error;
using envguard::base::ExitCode;

constexpr int leaked = 23;  // as LeakSanitizer's own

constexpr std::string_view usage =
    "usage: envguard-engine --protocol 1 --parent PID             measure a plan; started by envguard\n"
    "       envguard-engine --devices --parent PID --nvml PATH --cuda PATH\n"
    "                                                             the driver and its GPUs, as lines of JSON\n"
    "       envguard-engine --version | --help\n";

using Arguments = std::span<const std::string_view>;

/// The value of `--name VALUE`.
std::optional<std::string> value_of(Arguments arguments, std::string_view name) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == name) return std::string(arguments[i + 1]);
  }
  return std::nullopt;
}

Error misused(const std::string& what) {
  return {ExitCode::usage, what, "envguard-engine --help lists what it takes; people run envguard instead"};
}

std::string needed(Arguments arguments, std::string_view name) {
  if (auto value = value_of(arguments, name)) return *std::move(value);
  throw misused(fmt::format("{} is missing", name));
}

/// The engine never outlives who started it, and a crash leaves no core where somebody works.
void bind_to_parent(const std::string& parent) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto pid = envguard::base::parse_integer(parent);
  if (!pid) throw misused(fmt::format("--parent {} is not a process id", parent));
  if (*pid != getppid()) throw Error(ExitCode::could_not_measure, fmt::format("the parent is not process {}", *pid));
}

/// What this build carries for GPUs, and what it leaves out.
std::string_view machine_code() {
  return envguard::recipe::has_embedded_sass() ? "with machine code of nvcc 13.0 for the probes arith.sass_*"
                                               : "built without nvcc: without the probes arith.sass_*";
}

void run(Arguments arguments) {
  const std::string_view first = arguments.empty() ? "" : arguments.front();
  if (first == "--help") {
    fmt::print("{}", usage);
  } else if (first == "--version") {
    fmt::print("envguard-engine {}\n{}\n", envguard::codec::build_id(), machine_code());
  } else if (first == "--devices" && arguments.size() == 7) {
    bind_to_parent(needed(arguments, "--parent"));
    const auto tell = [](const envguard::model::Devices& devices) {
      fmt::print("{}\n", envguard::codec::write_devices(devices));
      std::fflush(stdout);  // what was told counts where the next call never comes back
    };
    tell(envguard::engine::cuda::ask_devices(needed(arguments, "--nvml"), needed(arguments, "--cuda"), tell));
  } else if (first == "--protocol" && arguments.size() == 4) {
    bind_to_parent(needed(arguments, "--parent"));
    const std::string protocol = needed(arguments, "--protocol");
    if (protocol != std::to_string(envguard::codec::protocol_number)) {
      throw misused(fmt::format("protocol {} is not spoken here, only {}", protocol, envguard::codec::protocol_number));
    }
    envguard::engine::run_session();
  } else {
    throw misused(arguments.empty() ? "no arguments" : fmt::format("arguments not understood, from {} on", first));
  }
}

}  // namespace

// Linked in by the sanitizers' build alone: _exit would skip its look for leaks.
extern "C" [[gnu::weak]] int __lsan_do_recoverable_leak_check();  // NOLINT(bugprone-reserved-identifier)

// PyTorch 2.10 and 2.11 leak every string that they are given (torch/csrc/stable/stableivalue_conversions.h).
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:to_ivalue\n";
}

int main(int count, char** values) {
  int status = 0;
  try {
    const std::vector<std::string_view> arguments(values + 1, values + count);
    run(arguments);
  } catch (const Error& error) {
    fmt::print(stderr, "envguard-engine: {}\n", error.what());
    status = static_cast<int>(error.code());
  } catch (const std::exception& error) {
    fmt::print(stderr, "envguard-engine: {}\n", error.what());
    status = static_cast<int>(ExitCode::could_not_measure);
  }
  std::fflush(nullptr);
  if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0) status = leaked;
  _exit(status);  // destructors of PyTorch and CUDA take 115 to 160 ms and have nothing to say
}
