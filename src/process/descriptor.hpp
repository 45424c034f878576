#pragma once

#include <string>
#include <string_view>

namespace envguard::process {

/// Owns one file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }  ///< -1: none
  [[nodiscard]] bool open() const { return number_ >= 0; }
  int release() noexcept;
  void close() noexcept;

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;  ///< non-blocking
  Descriptor write;
};

/// Both ends closed on exec. Error could_not_measure where the system has no descriptor left.
[[nodiscard]] Pipe make_pipe();

/// Anonymous memory that holds `content`, positioned at its start: a child's input that never blocks its writer.
[[nodiscard]] Descriptor memory_file(const std::string& name, std::string_view content = {});

enum class Flow { data, nothing_yet, end };

/// Appends what one read(2) gives without waiting, at most 64 KiB.
Flow read_available(int descriptor, std::string& into);

}  // namespace envguard::process
