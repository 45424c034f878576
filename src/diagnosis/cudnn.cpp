#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "diagnosis/machine.hpp"
#include "diagnosis/subjects.hpp"
#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

namespace {

using knowledge::cite;
using Severity = model::Finding::Severity;

/// The cuDNN that PyTorch loads.
struct Here {
  Dotted version;
  std::string origin;  ///< "METADATA of nvidia_cudnn_cu13"
  std::string where;
};

std::optional<Here> here(const model::Observed& observed) {
  const model::Component* component = observed.component("cudnn");
  const auto version = component ? Dotted::parse(component->version) : std::nullopt;
  if (!version) return std::nullopt;
  const auto library = std::ranges::find(observed.cuda_libraries, "cudnn", &model::CudaLibrary::component);
  return Here{*version, component->origin,
              base::visible(library == observed.cuda_libraries.end() ? component->origin : library->path.string())};
}

/// The wheel of cuDNN that this CUDA needs, and its version: "nvidia-cudnn-cu13==9.19.0.56".
std::string install(const std::optional<Dotted>& cuda, std::string_view version) {
  if (!cuda || cuda->number(0) < 11) return "# install the cuDNN that this PyTorch was built with";
  return fmt::format("pip install nvidia-cudnn-cu{}=={}", cuda->number(0), version);
}

/// Parts of several versions, in one folder or in many; of strays detection has said more.
Findings among_themselves(const model::Observed& observed, const Here& here) {
  std::map<std::string, std::vector<std::string>> by_version;
  for (const model::CudaLibrary& library : observed.cuda_libraries) {
    const auto version = library.component.starts_with("cudnn") ? Dotted::parse(library.version) : std::nullopt;
    if (!version || version->count() < 3) continue;
    const auto& name = library.path.filename().string();
    by_version[fmt::format("{}.{}.{}", version->number(0), version->number(1), version->number(2))].push_back(name);
  }
  const bool said = std::ranges::find(observed.findings, "stray-cudnn", &model::Finding::id) != observed.findings.end();
  if (by_version.size() < 2 || said) return {};
  constexpr std::string_view pip = "pip install ";
  const auto* build = official_build(observed);
  const std::string again =
      install(cuda_of_torch(observed), build && build->cudnn ? build->cudnn->text() : here.version.text());
  std::vector<std::string> parts;
  for (const auto& [version, names] : by_version)
    parts.push_back(base::visible(fmt::format("{} of {}", names.front(), version)));
  return {
      cite("cudnn-one-version",
           {Severity::error, "mixed-cudnn",
            fmt::format("cuDNN's parts are of several versions: {}.", fmt::join(parts, ", ")), here.where,
            again.starts_with(pip) ? fmt::format("pip install --force-reinstall --no-deps {}", again.substr(pip.size()))
                                   : again})};
}

Findings against_torch(const model::Observed& observed, const Here& here) {
  const auto* build = official_build(observed);
  if (!build || !build->cudnn) return {};
  const Dotted& built = *build->cudnn;
  const bool other_major = built.number(0) != here.version.number(0);
  if (!other_major && here.version.number(1) >= built.number(1)) return {};
  // Where the release's documents and its wheels disagree about the minor version, it is not certain enough for an
  // error.
  const bool certain = other_major || build->source.confidence == knowledge::Confidence::high;
  return {cite("torch-cudnn", {certain ? Severity::error : Severity::warning, "cudnn-of-another-torch",
                               fmt::format("torch {} was built with cuDNN {}, and would load {}, which it refuses: {}.",
                                           torch_version(observed), built.text(), here.version.text(),
                                           other_major ? "another major version" : "an older minor version"),
                               here.where, install(cuda_of_torch(observed), built.text())})};
}

Findings against_gpus(const model::Observed& observed, const Here& here) {
  const auto support = knowledge::cudnn_support(here.version);
  if (!support || !support->compute_capability || !observed.devices) return {};
  std::vector<std::string> left_out;
  for (const model::Gpu& gpu : observed.devices->gpus) {
    const auto capability = Dotted::parse(gpu.key.compute_capability);
    if (capability && *capability < *support->compute_capability)
      left_out.push_back(fmt::format("{} ({})", named(gpu), capability->text()));
  }
  if (left_out.empty()) return {};
  return {cite("cudnn-gpu",
               {Severity::error, "cudnn-without-this-gpu",
                fmt::format("cuDNN {} needs compute capability {} or higher, and does not run on {}.",
                            here.version.text(), support->compute_capability->text(), fmt::join(left_out, "; ")),
                here.where, fitting_wheel(observed).value_or("# install a PyTorch with cuDNN 9.10.2 or older")})};
}

/// 12 of "METADATA of nvidia_cudnn_cu12".
unsigned wheel_major(std::string_view origin) {
  const auto place =
      origin.find("cudnn_cu") != std::string_view::npos ? origin.find("cudnn_cu") : origin.find("cudnn-cu");
  if (place == std::string_view::npos) return 0;
  const std::string_view digits = origin.substr(place + std::string_view("cudnn_cu").size());
  const auto number = Dotted::parse(digits.substr(0, digits.find_first_not_of("0123456789")));
  return number ? number->number(0) : 0;
}

Findings against_cuda(const model::Observed& observed, const Here& here) {
  const auto cuda = cuda_of_torch(observed);
  if (!cuda) return {};
  const unsigned major = cuda->number(0);
  const unsigned wheel = wheel_major(here.origin);
  const auto support = knowledge::cudnn_support(here.version);
  const bool other_wheel = wheel != 0 && wheel != major;
  const bool unlisted = support && !support->cuda_majors.empty() &&
                        std::ranges::find(support->cuda_majors, major) == support->cuda_majors.end();
  const bool too_old = support && major < support->oldest_cuda_major;
  if (!other_wheel && !unlisted && !too_old) return {};
  const std::string what = other_wheel ? fmt::format("cuDNN {} is the build for CUDA {}, and torch {} loads CUDA {}.",
                                                     here.version.text(), wheel, torch_version(observed), cuda->text())
                                       : fmt::format("cuDNN {} is not made for CUDA {}, which torch {} loads.",
                                                     here.version.text(), major, torch_version(observed));
  const auto* build = official_build(observed);
  const auto wanted = build && build->cudnn ? build->cudnn->text() : here.version.text();
  const bool installable = other_wheel && !unlisted && !too_old;
  return {cite("cudnn-cuda",
               {Severity::error, "cudnn-of-another-cuda", what, here.where,
                installable || (build && build->cudnn) ? install(cuda, wanted)
                                                       : "# install the cuDNN that this PyTorch was built with"})};
}

}  // namespace

Findings cudnn(const model::Observed& observed) {
  const auto cudnn = here(observed);
  if (!cudnn || !built_with_cuda(observed).value_or(false)) return {};
  for (auto* judge : {among_themselves, against_torch, against_cuda, against_gpus})
    if (auto found = judge(observed, *cudnn); !found.empty()) return found;
  return {};
}

}  // namespace envguard::diagnosis
