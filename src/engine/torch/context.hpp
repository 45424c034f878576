#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/shared_library.hpp"

namespace envguard::engine::torch {

/// PyTorch's global switches. They have no C setter: these are mangled members of at::Context, each optional. Names are
/// the profile's ("deterministic-algorithms", "tf32-cudnn", "sdp-flash" …).
class Context {
 public:
  explicit Context(const SharedLibrary& library) : library_(library) {}

  /// False where this PyTorch has no such switch, or throws.
  [[nodiscard]] bool set(std::string_view flag, bool value) const;
  /// torch.set_float32_matmul_precision: "highest", "high", "medium".
  [[nodiscard]] bool set_matmul_precision(const std::string& precision) const;
  /// at::set_num_threads.
  [[nodiscard]] bool set_threads(int threads) const;
  /// at::get_num_threads; nothing where this PyTorch has none.
  [[nodiscard]] std::optional<int> threads() const;

  /// at::show_config; empty where this PyTorch has none, or throws.
  [[nodiscard]] std::string show_config() const;

  /// Nothing where this PyTorch has no such switch, or none that can be read.
  [[nodiscard]] std::optional<bool> get(std::string_view flag) const;

 private:
  [[nodiscard]] void* context() const;
  SharedLibrary library_;
};

}  // namespace envguard::engine::torch
