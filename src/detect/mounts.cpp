#include "detect/mounts.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace envguard::detect {

namespace {

bool is_octal(char digit) {
  return digit >= '0' && digit <= '7';
}

/// The kernel writes a blank as \040, a tab, a line feed and a backslash alike.
std::string unescaped(std::string_view field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) && is_octal(field[i + 2]) &&
        is_octal(field[i + 3])) {
      text += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
      i += 3;
    } else {
      text += field[i];
    }
  }
  return text;
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
  constexpr std::size_t fixed = 6;       // id, parent, device, root, point, options; then optional ones up to a dash
  constexpr std::size_t after_dash = 3;  // type, source, options of the file system
  std::vector<Mount> mounts;
  for (const std::string_view line : base::split(mountinfo, '\n')) {
    const auto fields = base::split(line, ' ');
    if (fields.size() < fixed) continue;
    const auto dash = std::find(fields.begin() + fixed, fields.end(), "-");
    if (static_cast<std::size_t>(fields.end() - dash) <= after_dash) continue;
    mounts.push_back(
        {unescaped(fields[3]), unescaped(fields[4]), unescaped(dash[1]), unescaped(dash[2]), unescaped(dash[3])});
  }
  return mounts;
}

const Mount* mounted_at(const std::vector<Mount>& mounts, std::string_view point) {
  const auto last =
      std::find_if(mounts.rbegin(), mounts.rend(), [&](const Mount& mount) { return mount.point == point; });
  return last == mounts.rend() ? nullptr : &*last;
}

}  // namespace envguard::detect
