#include "compare/remedy.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "compare/differences.hpp"
#include "recipe/knobs.hpp"
#include "recipe/recorded.hpp"
#include "version/pep440.hpp"
#include "version/rule.hpp"

namespace envguard::compare {

namespace {

using model::Difference;

constexpr std::string_view not_found = "not found";

const Difference* find(const std::vector<Difference>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Difference::name);
  return found == all.end() ? nullptr : &*found;
}

/// What to do about a knob that the lock has set to a value that no command may set.
std::string knob_in_words(const Difference& knob) {
  if (recipe::is_recorded_hash(knob.locked))
    return fmt::format("# set {} to its locked value again; the lock holds only the hash of it", knob.name);
  if (recipe::names_files(knob.name)) return fmt::format("# set {} so that it names {} again", knob.name, knob.locked);
  return fmt::format("# {} was {} when it was locked; set it yourself, if you trust this lock", knob.name, knob.locked);
}

void undo_knobs(const std::vector<Difference>& differences, std::vector<std::string>& steps) {
  std::vector<std::string> unset, set;
  for (const auto& knob : differences) {
    if (knob.kind != Difference::Kind::knob) continue;
    if (knob.locked == not_set) {
      unset.push_back(base::shell_quote(knob.name));
    } else if (recipe::may_be_set(knob.name, knob.locked)) {
      set.push_back(base::shell_quote(knob.name) + "=" + base::shell_quote(knob.locked));
    } else {
      steps.push_back(knob_in_words(knob));
    }
  }
  if (!set.empty()) steps.insert(steps.begin(), fmt::format("export {}", fmt::join(set, " ")));
  if (!unset.empty()) steps.insert(steps.begin(), fmt::format("unset {}", fmt::join(unset, " ")));
}

void undo_settings(const std::vector<Difference>& differences, std::vector<std::string>& steps) {
  for (const auto& setting : differences) {
    if (setting.kind != Difference::Kind::setting) continue;
    if (setting.name == "threads" && recipe::setting_may_be_set(setting.name, setting.locked)) {
      steps.push_back("export OMP_NUM_THREADS=" + base::shell_quote(setting.locked));
    } else {
      steps.push_back(fmt::format("# PyTorch starts with {} = {} here, and with {} when it was locked", setting.name,
                                  setting.here, setting.locked));
    }
  }
}

/// `torch==2.11.0 --index-url …/whl/cu130`: the index that holds this build; nothing for a build that no index holds.
std::optional<std::string> torch_requirement(std::string_view locked) {
  const auto version = version::Pep440::parse(locked);
  if (!version || version->is_prerelease()) return std::nullopt;
  const auto plus = locked.find('+');
  const auto requirement = base::shell_quote("torch==" + version->public_version().text());
  if (plus == std::string_view::npos) return requirement;
  const auto local = locked.substr(plus + 1);
  const bool cuda =
      local.size() > 2 && local.starts_with("cu") && local.find_first_not_of("0123456789", 2) == std::string_view::npos;
  if (!cuda && local != "cpu") return std::nullopt;
  return fmt::format("{} --index-url https://download.pytorch.org/whl/{}", requirement, local);
}

/// The PyPI distribution that holds an NVIDIA library for this CUDA; from 13 on, the toolkit's own parts carry no
/// suffix.
std::optional<std::string> nvidia_distribution(std::string_view component, std::string_view cuda) {
  const auto major = std::string(cuda.substr(0, cuda.find('.')));
  if (major != "12" && major != "13") return std::nullopt;
  const auto suffix = "-cu" + major;
  if (component == "cudnn") return "nvidia-cudnn" + suffix;
  if (component == "nccl") return "nvidia-nccl" + suffix;
  const auto toolkit_suffix = major == "12" ? suffix : std::string();
  if (component == "cublas") return "nvidia-cublas" + toolkit_suffix;
  if (component == "nvrtc") return "nvidia-cuda-nvrtc" + toolkit_suffix;
  return std::nullopt;
}

bool comes_with_torch(std::string_view component) {
  return component == "triton" || (locked_by_default(component) && component != "torch");
}

bool no_distribution(std::string_view component) {
  static constexpr std::array names{"torch-git", "cuda", "glibc", "python", "driver", "kernel"};
  return std::ranges::find(names, component) != names.end();
}

/// What pip calls the component. Nothing where pip has no part in it, and for a package that only the lock or the
/// policy names: a command would make the user install whatever a stranger chose.
std::optional<std::string> distribution(const Difference& difference, std::string_view cuda) {
  const std::string_view component = difference.name;
  if (no_distribution(component)) return std::nullopt;
  if (component == "torch") return std::string(component);
  if (locked_by_default(component)) return nvidia_distribution(component, cuda);
  return difference.here == not_found ? std::nullopt : std::optional(std::string(component));
}

bool is_specifier(const Difference& difference) {
  return !difference.rule.empty() && difference.rule != "locked" && difference.rule != "any";
}

/// Whether the policy's specifier lets this version of the component stand.
bool allowed(const Difference& difference, std::string_view value) {
  if (!is_specifier(difference)) return true;
  return version::judge(version::Rule::parse(difference.rule), difference.name, value, value) !=
         version::Answer::violates;
}

std::string in_words(const Difference& difference) {
  if (allowed(difference, difference.locked)) {
    if (difference.locked == not_found) {
      return fmt::format("# no {} was there when it was locked; {} is here", difference.name, difference.here);
    }
    return fmt::format("# {} {} is what was locked; {} is here", difference.name, difference.locked, difference.here);
  }
  if (allowed(difference, difference.here)) {
    return fmt::format("# {} {} is what was locked, and the policy asks for {}; {} is here", difference.name,
                       difference.locked, difference.rule, difference.here);
  }
  return fmt::format("# install a {} in {}, which the policy asks for", difference.name, difference.rule);
}

/// What takes the versions back, or where the policy forbids the locked one, to what the policy asks for.
struct Installs {
  std::vector<std::string> torch;  ///< in a command of its own: another index
  std::vector<std::string> requirements, removals, words;
};

void put_back(const Difference& difference, std::string_view cuda, Installs& installs) {
  const auto name = distribution(difference, cuda);
  auto& requirements = difference.name == "torch" ? installs.torch : installs.requirements;
  if (name && allowed(difference, difference.locked)) {
    const auto requirement = difference.name == "torch"
                                 ? torch_requirement(difference.locked)
                                 : std::optional(base::shell_quote(*name + "==" + difference.locked));
    if (difference.locked == not_found) {
      installs.removals.push_back(base::shell_quote(*name));
    } else if (requirement) {
      requirements.push_back(*requirement);
    } else {
      installs.words.push_back(in_words(difference));
    }
    return;
  }
  // A local version ("+cu130") is on an index that a specifier does not name.
  const bool any_index = difference.rule.find('+') == std::string::npos;
  if (name && any_index && !allowed(difference, difference.here)) {
    requirements.push_back(base::shell_quote(*name + difference.rule));
  } else {
    installs.words.push_back(in_words(difference));
  }
}

void undo_versions(const std::vector<Difference>& differences, std::string_view cuda, std::vector<std::string>& steps) {
  const auto* torch = find(differences, "torch");
  Installs installs;
  if (torch != nullptr) put_back(*torch, cuda, installs);
  for (const auto& difference : differences) {
    if (difference.kind != Difference::Kind::version || &difference == torch) continue;
    if (torch == nullptr || !comes_with_torch(difference.name)) put_back(difference, cuda, installs);
  }
  const auto put = [&](std::string_view command, const std::vector<std::string>& names) {
    if (!names.empty()) steps.push_back(fmt::format("{} {}", command, fmt::join(names, " ")));
  };
  put("pip install", installs.torch);
  put("pip install", installs.requirements);
  put("pip uninstall", installs.removals);
  steps.insert(steps.end(), installs.words.begin(), installs.words.end());
}

}  // namespace

std::vector<std::string> undo(const std::vector<Difference>& differences, std::string_view locked_cuda) {
  std::vector<std::string> steps;
  undo_knobs(differences, steps);
  undo_settings(differences, steps);
  undo_versions(differences, locked_cuda, steps);
  return steps;
}

std::string accept(const std::string& environment, const std::string& target, const model::Device& device,
                   const model::Observed& observed, bool first) {
  std::string command = "envguard lock";
  if (environment != "default") command += " --environment " + base::shell_quote(environment);
  if (!target.empty()) command += " --target " + base::shell_quote(target);
  const bool automatic = device.kind == model::DeviceKind::cpu ? !observed.gpu : device.index == 0;
  if (!automatic) command += " --device " + device.text();
  return first ? command : command + " --reason \"…\"";
}

}  // namespace envguard::compare
