#include "lockfile/new_policy.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lockfile/toml_text.hpp"

namespace envguard::lockfile {

namespace {

constexpr std::string_view head =
    R"(# What this repository expects of the machines that compute for it. People write it; `envguard` only reads it.
# The locks that it compares with lie in envguard.lock.d/: commit both.
schema = 1
)";

constexpr std::string_view rest = R"(
[numerics]
fail-on = "any-bit"               # the mildest change that fails: any-bit, precision, wrong, never
excuse-if-identical = []          # components whose drift is a note while every probe is identical: ["triton"]
                                  # exceptions are [[allow]] tables: probe, target, class, reason, until
{targets}
[commit]                          # in the git hook, for what could not be judged: pass (one line), warn, fail
no-torch = "pass"                 # this machine has no PyTorch
no-gpu = "pass"                   # the lock is of a GPU, and here is none
not-locked = "warn"               # locks exist, none for this hardware
busy-gpu = "warn"                 # the GPU is in use, and nothing that was kept still holds
could-not-measure = "fail"        # a crash, a timeout, a driver fault
transient = "warn"                # the first run differed, four whole reruns match
cache-for = "12h"                 # a kept verdict is believed so long, while nothing it rests on changes
ignore = ["*.md", "docs/**", "LICENSE*"]  # a commit of nothing else is not judged; git's own patterns

[ci]                              # when CI is set: each of the outcomes above fails unless it is named here
)";

std::string explained(std::string_view line, std::string_view comment) {
  return comment.empty() ? fmt::format("{}\n", line) : fmt::format("{:<33} # {}\n", line, comment);
}

std::string here(std::string_view value) {
  return value.empty() ? "" : fmt::format("here: {}", base::visible(value));
}

std::string environment_text(const NewPolicy& found) {
  const std::string_view mark = found.python.empty() ? "# " : "";
  const std::string_view absent = found.python.empty() ? "; left out: found by VIRTUAL_ENV, conda, PATH" : "";
  const std::string python = found.python.empty() ? ".venv" : found.python;
  return fmt::format(
      "\n{}{}",
      explained(fmt::format("{}[environments.default]", mark), fmt::format("the install that is judged{}", absent)),
      explained(fmt::format("{}python = {}", mark, quote(python)), "relative to the top of the repository"));
}

std::string versions_text(const NewPolicy& found) {
  const std::string torch = found.install.empty() ? found.torch : fmt::format("{} in {}", found.torch, found.install);
  std::string text = "\n";
  text +=
      explained("[versions]", R"("locked": as in the lock; "any": a difference is a note; or PEP 440: ">=2.11,<3")");
  text += explained("torch = \"locked\"", here(torch));
  text += explained("cuda = \"locked\"", "the runtime that torch loads, never nvcc's");
  text += explained("cudnn = \"locked\"", "");
  text += explained("nccl = \"locked\"", "");
  text += explained("driver = \"any\"", here(found.driver));
  text += explained("python = \"any\"", here(found.python_version));
  text += explained("", "any installed distribution may be named; what is not named is \"any\", but for");
  text += explained("", "torch, torch-git, cuda, cudnn, nccl, cublas and nvrtc, which are \"locked\"");
  return text;
}

std::string target_text(const model::Key& key) {
  static constexpr std::array<std::string_view, 3> numbers{"sm-count", "cpu-family", "cpu-model"};
  const std::string name = key_text(model::default_target_name(key));
  std::string text = "\n";
  text += explained(fmt::format("[targets.{}]", name), "names the lock of this hardware");
  if (model::device_kind(key) == model::DeviceKind::cpu) text += explained("device = \"cpu\"", "");
  for (const auto& [field, value] : model::fields(key)) {
    const bool number = std::ranges::find(numbers, field) != numbers.end();
    text += explained(fmt::format("{} = {}", field, number ? value : quote(value)), "");
  }
  return text + explained("required = false", "true: `envguard status` marks it while it has no current lock");
}

}  // namespace

std::string new_policy_text(const NewPolicy& found) {
  std::string targets;
  for (const auto& key : found.keys) targets += target_text(key);
  return std::string(head) + environment_text(found) + versions_text(found) +
         fmt::format(fmt::runtime(rest), fmt::arg("targets", targets));
}

}  // namespace envguard::lockfile
