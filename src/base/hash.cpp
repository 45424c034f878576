#include "base/hash.hpp"

#define XXH_INLINE_ALL
#include <array>
#include <bit>

#include <xxhash.h>

namespace envguard::base {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

Hash128 from(XXH128_hash_t hash) {
  return {.high = hash.high64, .low = hash.low64};
}

std::optional<unsigned> digit(char c) {
  const auto at = digits.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

}  // namespace

std::array<std::byte, 16> Hash128::bytes() const {
  std::array<std::byte, 16> result{};
  for (unsigned i = 0; i < 8; ++i) {
    result.at(i) = static_cast<std::byte>(high >> (56 - 8 * i));
    result.at(8 + i) = static_cast<std::byte>(low >> (56 - 8 * i));
  }
  return result;
}

std::string Hash128::hex() const {
  std::string text;
  text.reserve(32);
  for (const auto byte : bytes()) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return text;
}

std::string Hash128::spoken() const {
  const auto text = hex();
  return text.substr(0, 4) + "-" + text.substr(4, 4) + "-" + text.substr(8, 4);
}

Hash128 Hash128::from_bytes(std::span<const std::byte, 16> bytes) {
  Hash128 hash;
  for (unsigned i = 0; i < 8; ++i) {
    hash.high = hash.high << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    hash.low = hash.low << 8 | std::to_integer<std::uint64_t>(bytes[8 + i]);
  }
  return hash;
}

std::optional<Hash128> Hash128::parse(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  std::array<std::byte, 16> bytes{};
  for (std::size_t i = 0; i < 16; ++i) {
    const auto upper = digit(hex[2 * i]);
    const auto lower = digit(hex[2 * i + 1]);
    if (!upper || !lower) return std::nullopt;
    bytes.at(i) = static_cast<std::byte>(*upper << 4 | *lower);
  }
  return from_bytes(bytes);
}

Hash128 hash128(std::span<const std::byte> data) {
  return from(XXH3_128bits(data.data(), data.size()));
}

Hash128 hash128(std::string_view text) {
  return hash128(std::as_bytes(std::span(text)));
}

struct Hasher::State {
  // XXH3_state_t holds 64-byte aligned members.
  alignas(64) XXH3_state_t xxh{};
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->xxh);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher& Hasher::bytes(std::span<const std::byte> data) {
  XXH3_128bits_update(&state_->xxh, data.data(), data.size());
  return *this;
}

Hasher& Hasher::number(std::uint64_t value) {
  std::array<std::byte, 8> little{};
  for (unsigned i = 0; i < 8; ++i) little.at(i) = static_cast<std::byte>(value >> (8 * i));
  return bytes(little);
}

Hasher& Hasher::field(std::string_view text) {
  return number(text.size()).bytes(std::as_bytes(std::span(text)));
}

Hash128 Hasher::digest() const {
  return from(XXH3_128bits_digest(&state_->xxh));
}

}  // namespace envguard::base
