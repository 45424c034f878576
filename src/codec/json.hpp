#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/hash.hpp"

namespace envguard::codec {

using Json = nlohmann::json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Error could_not_measure where the text is not JSON or nests deeper than limits::json_depth.
[[nodiscard]] Json parse_json(std::string_view text);

/// One line without spaces; members sorted by name, so that equal values are equal bytes.
[[nodiscard]] std::string print_json(const Json& json);

/// Text of any bytes: a string, or {"base64": …} where it is not UTF-8.
[[nodiscard]] Json text_json(std::string_view text);
[[nodiscard]] Json texts_json(const std::vector<std::string>& texts);
[[nodiscard]] Json pairs_json(const Pairs& pairs);  ///< [[name, value], …]: order is kept
[[nodiscard]] Json float_json(double value);        ///< hexadecimal

/// A JSON value and where it stands. Every reading member throws Error could_not_measure, naming that place, where the
/// value is absent or of another type; unknown members are never looked at. The JSON must outlive it.
class Reader {
 public:
  explicit Reader(const Json& json, std::string place) : json_(&json), place_(std::move(place)) {}

  [[nodiscard]] bool has(const char* name) const;
  [[nodiscard]] Reader at(const char* name) const;
  [[nodiscard]] std::vector<Reader> items(const char* name) const;
  [[nodiscard]] std::optional<Reader> find(const char* name) const;  ///< nothing where it is absent or null

  [[nodiscard]] std::string text(const char* name) const { return at(name).as_text(); }
  [[nodiscard]] std::vector<std::string> texts(const char* name) const;
  [[nodiscard]] Pairs pairs(const char* name) const;
  [[nodiscard]] double number(const char* name) const { return at(name).as_float(); }
  [[nodiscard]] bool flag(const char* name) const;
  [[nodiscard]] base::Hash128 hash(const char* name) const;
  template <std::integral Integer>
  [[nodiscard]] Integer integer(const char* name) const {
    if constexpr (std::is_signed_v<Integer>) {
      return static_cast<Integer>(
          at(name).as_signed(std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()));
    } else {
      return static_cast<Integer>(at(name).as_unsigned(std::numeric_limits<Integer>::max()));
    }
  }

  [[nodiscard]] std::string as_text() const;
  [[nodiscard]] double as_float() const;
  [[nodiscard]] std::int64_t as_signed(std::int64_t least, std::int64_t most) const;
  [[nodiscard]] std::uint64_t as_unsigned(std::uint64_t most) const;
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  const Json* json_;
  std::string place_;
};

}  // namespace envguard::codec
