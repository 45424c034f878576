#include "lockfile/duration.hpp"

#include "base/number.hpp"

namespace envguard::lockfile {

bool is_day(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-dd";
  const auto fits = [](char c, char f) { return f == 'd' ? c >= '0' && c <= '9' : c == f; };
  if (!std::ranges::equal(text, form, fits)) return false;
  const auto number = [text](std::size_t begin, std::size_t count) {
    unsigned value = 0;
    std::from_chars(text.data() + begin, text.data() + begin + count, value);
    return value;
  };
  return std::chrono::year_month_day{std::chrono::year{static_cast<int>(number(0, 4))},
                                     std::chrono::month{number(5, 2)}, std::chrono::day{number(8, 2)}}
      .ok();
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  using std::chrono::seconds;
  constexpr long long most = 3650LL * 24 * 3600;
  if (text.size() < 2 || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto number = base::parse_integer(text.substr(0, text.size() - 1));
  if (!number || *number > most) return std::nullopt;
  long long unit = 0;
  switch (text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = 24LL * 3600;
      break;
    default:
      return std::nullopt;
  }
  if (*number * unit > most) return std::nullopt;
  return seconds(*number * unit);
}

}  // namespace envguard::lockfile
