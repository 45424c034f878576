#include "detect/cpu.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/number.hpp"
#include "base/text.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

namespace {

/// A level of instructions and what its CPU must offer, highest first.
struct Level {
  std::string_view name;
  std::array<std::string_view, 4> needs;
};

constexpr std::array<Level, 8> x86_levels{{{"amx", {"amx_tile", "amx_bf16", "amx_int8"}},
                                           {"avx512-bf16", {"avx512f", "avx512bw", "avx512vl", "avx512_bf16"}},
                                           {"avx512-vnni", {"avx512f", "avx512bw", "avx512vl", "avx512_vnni"}},
                                           {"avx512", {"avx512f", "avx512bw", "avx512vl", "avx512dq"}},
                                           {"avx2", {"avx2", "fma"}},
                                           {"avx", {"avx"}},
                                           {"sse4.2", {"sse4_2"}},
                                           {"sse2", {"sse2"}}}};

constexpr std::array<Level, 2> arm_levels{{{"sve", {"sve"}}, {"neon", {"asimd"}}}};

/// Implementer codes of MIDR_EL1 (Arm ARM, G8.2.100), as far as PyTorch has users there.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> arm_vendors{
    {{"0x41", "ARM"}, {"0x4e", "NVIDIA"}, {"0x51", "Qualcomm"}, {"0x61", "Apple"}, {"0xc0", "Ampere"}}};

template <std::size_t count>
std::string highest(const std::array<Level, count>& levels, const std::set<std::string, std::less<>>& flags) {
  for (const Level& level : levels)
    if (std::ranges::all_of(level.needs, [&](std::string_view flag) { return flag.empty() || flags.contains(flag); }))
      return std::string(level.name);
  return "unknown";
}

/// The first processor's lines of /proc/cpuinfo.
std::map<std::string, std::string, std::less<>> first_processor(std::string_view text) {
  std::map<std::string, std::string, std::less<>> fields;
  for (const std::string_view line : base::split(text, '\n')) {
    if (base::trim(line).empty() && !fields.empty()) break;
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      fields.emplace(base::trim(line.substr(0, colon)), base::trim(line.substr(colon + 1)));
  }
  return fields;
}

std::set<std::string, std::less<>> words(std::string_view text) {
  std::set<std::string, std::less<>> found;
  for (const std::string_view word : base::split(text, ' '))
    if (!word.empty()) found.emplace(word);
  return found;
}

/// Decimal, or hexadecimal after 0x as on aarch64; 0 where it is neither.
int number(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  int value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  return result.ec == std::errc() ? value : 0;
}

}  // namespace

model::CpuKey cpu_key(const model::Machine& machine) {
  Search search;
  const auto fields = first_processor(search.text(machine.proc / "cpuinfo").value_or(""));
  const auto field = [&](std::string_view name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  if (!field("vendor_id").empty())
    return {field("vendor_id"), number(field("cpu family")), number(field("model")),
            highest(x86_levels, words(field("flags")))};
  // aarch64: the implementer, the architecture and the part number.
  const std::string implementer = field("CPU implementer");
  const auto vendor = std::ranges::find(arm_vendors, implementer, &decltype(arm_vendors)::value_type::first);
  const std::string name(vendor == arm_vendors.end() ? std::string_view(implementer) : vendor->second);
  return {name.empty() ? "unknown" : name, number(field("CPU architecture")), number(field("CPU part")),
          highest(arm_levels, words(field("Features")))};
}

std::vector<std::pair<std::string, std::string>> caches(const model::Machine& machine) {
  Search search;
  std::vector<std::pair<std::string, std::string>> found;
  const auto folder = machine.sys / "devices" / "system" / "cpu" / "cpu0" / "cache";
  for (const std::string& name : search.names(folder)) {
    if (!name.starts_with("index")) continue;
    const auto read = [&](const char* file) {
      return std::string(base::trim(search.text(folder / name / file).value_or("")));
    };
    const std::string level = read("level");
    const std::string type = read("type");
    std::string size = read("size");  // "32K"
    if (level.empty() || size.empty()) continue;
    const std::string suffix = type == "Data" ? "d" : type == "Instruction" ? "i" : "";
    if (size.ends_with('K')) size.replace(size.size() - 1, 1, " KiB");
    if (size.ends_with('M')) size.replace(size.size() - 1, 1, " MiB");
    found.emplace_back("l" + level + suffix, size);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace envguard::detect
