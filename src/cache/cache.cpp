#include "cache/cache.hpp"

#include <vector>

#include "base/error.hpp"
#include "codec/plan.hpp"
#include "codec/run.hpp"

namespace envguard::cache {

namespace {

base::Hash128 key_of(const model::Plan& plan, std::string_view build, const base::Hash128& manifest) {
  return base::Hasher().field(codec::write_plan(plan, build)).field(manifest.hex()).digest();
}

}  // namespace

Cache::Cache(const std::filesystem::path& folder, Bounds bounds) : entries_(folder / "runs", bounds) {}

void Cache::keep(const model::Run& run, std::string_view build, const base::Hash128& manifest) const {
  if (!run.whole() || run.resumed) return;
  auto kept = run;
  std::erase_if(kept.environment, [](const auto& variable) { return variable.origin == "caller"; });
  entries_.keep(key_of(run.plan, build, manifest), codec::write_run(kept));
}

std::optional<model::Run> Cache::find(const model::Plan& plan, std::string_view build,
                                      const base::Hash128& manifest) const {
  const auto text = entries_.find(key_of(plan, build, manifest));
  if (!text) return std::nullopt;
  try {
    return codec::read_run(*text);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace envguard::cache
