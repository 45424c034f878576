#include "lockfile/new_policy.hpp"

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

constexpr std::string_view rules = R"(
[versions]                        # "locked": as in the lock; "any": a difference is a note; or PEP 440: ">=2.11,<3"
torch = "locked"{torch}
cuda = "locked"                   # the runtime that torch loads, never nvcc's
cudnn = "locked"
nccl = "locked"
driver = "any"{driver}
python = "any"{python}
                                  # any installed distribution may be named; what is not named is "any", but for
                                  # torch, torch-git, cuda, cudnn, nccl, cublas and nvrtc, which are "locked"

[numerics]
fail-on = "any-bit"               # "any-bit": one changed bit fails; "never": changes are told and pass
excuse-if-identical = []          # components whose drift is a note while every probe is identical: ["triton"]
)";

constexpr std::string_view responses = R"(
[commit]                          # in the git hook, for what could not be judged: pass (one line), warn, fail
no-torch = "pass"                 # this machine has no PyTorch
no-gpu = "pass"                   # the lock is of a GPU, and here is none
not-locked = "warn"               # locks exist, none for this hardware
busy-gpu = "warn"                 # the GPU has no memory left for the fingerprint
could-not-measure = "fail"        # a crash, a timeout, a driver fault
transient = "warn"                # the first run differed, four whole reruns match
cache-for = "12h"                 # a kept verdict is believed so long, while nothing it rests on changes
ignore = ["*.md", "docs/**", "LICENSE*"]  # a commit of nothing else is not judged

[ci]                              # when CI is set: each of the outcomes above fails unless it is named here
)";

std::string environment_text(const NewPolicy& found) {
  if (found.python.empty())
    return "\n# [environments.default]          # the install that is judged; left out: found by VIRTUAL_ENV, conda, "
           "PATH …\n"
           "# python = \".venv\"                # relative to the top of the repository\n";
  return fmt::format(
      "\n[environments.default]            # the install that is judged\npython = {:<25} # relative to the top of the "
      "repository\n",
      quote(found.python));
}

std::string target_text(const model::Key& key) {
  std::string text = fmt::format("\n[targets.{}]  # names the lock: {}\n", key_text(model::default_target_name(key)),
                                 base::visible(model::describe(key)));
  if (model::device_kind(key) == model::DeviceKind::cpu) text += "device = \"cpu\"\n";
  static constexpr std::array numbers{"sm-count", "cpu-family", "cpu-model"};
  for (const auto& [name, value] : model::fields(key)) {
    const bool number = name == numbers[0] || name == numbers[1] || name == numbers[2];
    text += fmt::format("{} = {}\n", name, number ? value : quote(value));
  }
  return text + "required = false                  # true: the CI gate is red while this target has no current lock\n";
}

std::string remark(std::string_view here) {
  return here.empty() ? "" : fmt::format("  # here: {}", base::visible(here));
}

}  // namespace

std::string new_policy_text(const NewPolicy& found) {
  const std::string torch =
      found.torch.empty() ? "" : found.torch + (found.install.empty() ? "" : " in " + found.install);
  std::string text(head);
  text += environment_text(found);
  text += fmt::format(fmt::runtime(rules), fmt::arg("torch", remark(torch)), fmt::arg("driver", remark(found.driver)),
                      fmt::arg("python", remark(found.python_version)));
  for (const auto& key : found.keys) text += target_text(key);
  return text + std::string(responses);
}

}  // namespace envguard::lockfile
