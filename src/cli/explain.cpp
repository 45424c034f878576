#include "report/explain.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/memory.hpp"
#include "cli/scene.hpp"
#include "codec/verdict.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

model::Verdict verdict_in(const std::filesystem::path& path) {
  const auto text = base::read_file(path, base::limits::verdict_bytes);
  if (!text)
    throw Error(ExitCode::usage, "there is no such file", "explain takes what `check --format json` wrote")
        .at(path.string());
  try {
    return codec::read_verdict(*text);
  } catch (const Error& error) {
    throw Error(ExitCode::usage, error.message(), error.next()).at(path.string());
  }
}

model::Verdict last(const Call& call) {
  const auto scene = look_around_without_policy(call);
  const auto place = scene.repository ? scene.top() : call.machine.directory;
  if (auto verdict = last_verdict(call, place)) return *std::move(verdict);
  throw Error(ExitCode::usage, "there is no verdict of this place yet", "envguard check").at(place.string());
}

}  // namespace

base::ExitCode run(const ExplainOptions& options, const Call& call) {
  if (options.acknowledge) {
    acknowledge_transients(call);
    if (options.result.empty()) return ExitCode::match;
  }
  const auto verdict = options.result.empty() ? last(call) : verdict_in(call.resolve(options.result));
  call.print(call.text() ? report::explain_text(verdict, call.style()) : codec::write_verdict(verdict));
  return ExitCode::match;
}

}  // namespace envguard::cli
