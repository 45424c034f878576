#include "cache/transients.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/machine.hpp"

namespace envguard::cache {

namespace {

base::Hash128 key() {
  return base::hash128("transients");
}

/// A line each: time, "open" or "acknowledged", hardware, ids, between tabs.
std::string line_of(const Transient& transient) {
  return fmt::format("{}\t{}\t{}\t{}\n", transient.when, transient.acknowledged ? "acknowledged" : "open",
                     transient.hardware, fmt::join(transient.probes, " "));
}

std::vector<Transient> parse(const std::string& text) {
  std::vector<Transient> all;
  for (const auto line : base::split(text, '\n')) {
    const auto parts = base::split(line, '\t');
    if (parts.size() != 4) continue;
    Transient transient{std::string(parts[0]), std::string(parts[2]), {}, parts[1] == "acknowledged"};
    for (const auto id : base::split(parts[3], ' ')) transient.probes.emplace_back(id);
    all.push_back(std::move(transient));
  }
  return all;
}

}  // namespace

Transients::Transients(const std::filesystem::path& folder) : entries_(folder / "transients", {}) {}

void Transients::add(const Transient& transient, Time now) const {
  auto all = recent(now);
  all.push_back(transient);
  write(all);
}

void Transients::acknowledge_all(Time now) const {
  auto all = recent(now);
  for (auto& transient : all) transient.acknowledged = true;
  write(all);
}

std::vector<Transient> Transients::recent(Time now) const {
  const auto text = entries_.find(key());
  if (!text) return {};
  auto all = parse(*text);
  const auto oldest = model::utc_time(now - memory);
  std::erase_if(all, [&](const auto& transient) { return transient.when < oldest; });
  return all;
}

std::vector<Transient> Transients::recent(Time now, const std::string& hardware) const {
  auto all = recent(now);
  std::erase_if(all, [&](const auto& transient) { return transient.hardware != hardware; });
  return all;
}

void Transients::write(const std::vector<Transient>& all) const {
  std::string text;
  for (const auto& transient : all) text += line_of(transient);
  entries_.keep(key(), text);
}

}  // namespace envguard::cache
