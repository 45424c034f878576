#include "engine/asked_variables.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sys/auxv.h>
#include <unistd.h>

namespace envguard::engine {
namespace {

/// A name that was asked for. `state` goes from empty to writing to written, and never back.
struct Slot {
  static constexpr std::uint32_t empty = 0, writing = 1, written = 2;
  std::atomic<std::uint32_t> state{empty};
  std::array<char, 124> name{};
};

/// The recorder is called before `main`, from any thread, in signal handlers and after fork. So it is a table that
/// exists from the start, takes no memory and waits for nobody: whoever meets a slot that another one is writing takes
/// the next, and a name may stand in two slots.
class Recorder {
 public:
  constexpr Recorder() = default;

  void note(std::string_view name) noexcept {
    if (name.size() > longest) {
      full_.store(true, std::memory_order_relaxed);
      return;
    }
    const auto start = hash(name);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[(start + i) % slots_.size()];
      auto state = slot.state.load(std::memory_order_acquire);
      if (state == Slot::written && name == slot.name.data()) return;
      if (state != Slot::empty || !slot.state.compare_exchange_strong(state, Slot::writing)) continue;
      std::copy(name.begin(), name.end(), slot.name.begin());
      slot.state.store(Slot::written, std::memory_order_release);
      return;
    }
    full_.store(true, std::memory_order_relaxed);
  }

  [[nodiscard]] std::optional<std::vector<std::string>> names() const {
    if (full_.load(std::memory_order_relaxed)) return std::nullopt;
    std::vector<std::string> found;
    for (const Slot& slot : slots_)
      if (slot.state.load(std::memory_order_acquire) == Slot::written) found.emplace_back(slot.name.data());
    std::ranges::sort(found);
    const auto again = std::ranges::unique(found);
    found.erase(again.begin(), again.end());
    return found;
  }

 private:
  static constexpr std::size_t longest = 123;  // and a NUL

  static std::size_t hash(std::string_view name) noexcept {  // FNV-1a
    std::uint32_t value = 2166136261U;
    for (const char letter : name) value = (value ^ static_cast<unsigned char>(letter)) * 16777619U;
    return value;
  }

  std::array<Slot, 4096> slots_{};
  std::atomic<bool> full_{false};
};

constinit Recorder recorder;

/// As glibc looks it up: the first entry of this name in the live environment, so that setenv and putenv agree.
char* look_up(std::string_view name) noexcept {
  if (name.empty() || environ == nullptr) return nullptr;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, name.data(), name.size()) == 0 && (*entry)[name.size()] == '=')
      return *entry + name.size() + 1;
  return nullptr;
}

}  // namespace

std::optional<std::vector<std::string>> asked_variables() {
  return recorder.names();
}

}  // namespace envguard::engine

// libc's own, replaced for every library of this process.
extern "C" char* getenv(const char* name) noexcept {
  envguard::engine::recorder.note(name);
  return envguard::engine::look_up(name);
}

extern "C" char* secure_getenv(const char* name) noexcept {
  return getauxval(AT_SECURE) != 0 ? nullptr : getenv(name);
}
