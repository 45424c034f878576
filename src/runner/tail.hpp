#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envguard::runner {

/// The last bytes of an endless output.
class Tail {
 public:
  explicit Tail(std::size_t limit) : limit_(limit) {}
  void add(std::string_view text);
  [[nodiscard]] std::string text() const;

 private:
  std::size_t limit_;
  std::string kept_;  ///< at most twice the limit
};

}  // namespace envguard::runner
