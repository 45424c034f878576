#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace fake {

struct Instance {
  std::string profile, uuid;
  int multiprocessors = 0;
  std::uint64_t total = 0, free = 0;
};

struct Process {
  unsigned pid = 0;
  std::uint64_t used = 0;
};

struct Gpu {
  std::string name, nvml_name, uuid, pci;
  int major = 0, minor = 0, multiprocessors = 0;
  int speed = 0;  ///< CUDA shows the fastest first
  std::uint64_t total = 0, free = 0;
  std::optional<bool> ecc;
  std::vector<std::uint64_t> ecc_errors;  ///< corrected and uncorrected since the driver was loaded; the same for ever
  std::optional<std::vector<Instance>> mig;  ///< MIG is on; nothing: it is not, or unknown to this GPU
  bool can_mig = false;
  unsigned compute_mode = 0;
  std::uint64_t clock_events = 0;
  unsigned persistence = 0;
  std::optional<unsigned> nvlinks;
  std::optional<unsigned> fabric_state;
  int fabric_status = 0;
  unsigned virtualization = 0;
  std::vector<Process> processes;
  int handle_error = 0;  ///< NVML's, where it is asked for the GPU at all
  int answer_error = 0;  ///< NVML's, where the GPU itself has to answer
};

/// What driver.json says.
struct Description {
  std::string driver;
  int cuda_version = 0;
  std::map<std::string, std::string> behaves;  ///< by function: "hangs", "hangs-deaf", "aborts", or its error
  std::vector<Gpu> gpus;                       ///< in the order of PCI, as NVML has them
};

/// Read once, from beside the library that this is linked into.
const Description& description();

/// What a function of the driver gives: its own answer, unless the description has another for it.
template <class Answer>
int behave(const char* function, const Answer& answer) {
  const auto other = description().behaves.find(function);
  if (other == description().behaves.end()) return answer();
  if (other->second == "aborts") std::abort();
  if (other->second == "hangs-deaf") std::signal(SIGTERM, SIG_IGN);
  while (other->second.starts_with("hangs")) ::pause();
  return std::stoi(other->second);
}

/// A text into a caller's buffer; whether it has room.
bool copied(const std::string& text, char* buffer, std::size_t size);

}  // namespace fake
