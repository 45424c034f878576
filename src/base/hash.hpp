#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace envguard::base {

/// 128 bits of XXH3 (https://github.com/Cyan4973/xxHash, spec 0.2). Not cryptographic: it tells results apart, it
/// proves no author.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Hash128&, const Hash128&) = default;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;

  /// 32 lower-case hex digits, high half first (the canonical form of xxhsum -H128).
  [[nodiscard]] std::string hex() const;
  /// The 12 leading digits in groups of four, to be compared by voice: "7d39-e462-ba90".
  [[nodiscard]] std::string spoken() const;
  /// The 16 bytes of the canonical form (big-endian, high half first).
  [[nodiscard]] std::array<std::byte, 16> bytes() const;

  /// Exactly 32 lower-case hex digits, or nothing.
  [[nodiscard]] static std::optional<Hash128> parse(std::string_view hex);
  [[nodiscard]] static Hash128 from_bytes(std::span<const std::byte, 16> bytes);
};

[[nodiscard]] Hash128 hash128(std::span<const std::byte> data);
[[nodiscard]] Hash128 hash128(std::string_view text);

/// Streaming XXH3-128. `field` frames its text by a length, so that ("ab","c") and ("a","bc") differ.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& bytes(std::span<const std::byte> data);
  Hasher& field(std::string_view text);
  Hasher& number(std::uint64_t value);  ///< eight bytes, little-endian
  [[nodiscard]] Hash128 digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace envguard::base
