#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace envguard::engine {

/// Why a library was not opened, in the dynamic linker's words.
struct Unopened {
  std::string why;
};

/// A library that the dynamic linker holds open until the process ends: code and data of PyTorch and CUDA outlive every
/// handle.
class SharedLibrary {
 public:
  enum class Scope { local, global };

  /// `path` may be a bare name ("libcuda.so.1"), which the linker then looks for. Every symbol is bound at once.
  [[nodiscard]] static std::variant<SharedLibrary, Unopened> open(const std::filesystem::path& path,
                                                                  Scope scope = Scope::local);

  /// The library of that file where this process has it open already; nothing is opened for the question.
  [[nodiscard]] static std::optional<SharedLibrary> mapped(const std::filesystem::path& path);

  /// The symbol in this library or in what it depends on; null where there is none.
  [[nodiscard]] void* find(const char* symbol) const;

  /// The function of that name as `Signature`; null where there is none.
  template <class Signature>
  [[nodiscard]] Signature* function(const char* symbol) const {
    return reinterpret_cast<Signature*>(find(symbol));
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The file that the linker opened for it, canonical; empty where the linker does not tell.
  [[nodiscard]] std::filesystem::path file() const;

 private:
  SharedLibrary(std::filesystem::path path, void* handle) : path_(std::move(path)), handle_(handle) {}
  std::filesystem::path path_;
  void* handle_;
};

}  // namespace envguard::engine
