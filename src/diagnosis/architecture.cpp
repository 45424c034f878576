#include <algorithm>
#include <map>
#include <string>

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

/// The code that this PyTorch holds for GPUs, and who says so.
struct Held {
  std::vector<Code> code;
  std::string text;  ///< "sm_75 sm_80 sm_90 compute_120"
  std::string according;
};

/// As nvcc names it: "sm_90" of 9.0.
std::string flag(std::string_view kind, const Dotted& capability) {
  return fmt::format("{}_{}{}", kind, capability.number(0), capability.number(1));
}

Held held(const model::Observed& observed) {
  Held held;
  held.text = build_setting(observed, "cuda-architectures");
  const auto* build = held.text.empty() ? official_build(observed) : nullptr;
  if (build) {
    std::vector<std::string> flags;
    for (const Dotted& each : build->architectures) flags.push_back(flag("sm", each));
    if (build->ptx) flags.push_back(flag("compute", *build->ptx));
    held.text = fmt::format("{}", fmt::join(flags, " "));
    held.according = " according to the release's build scripts";
  }
  for (const std::string_view each : base::split(held.text, ' '))
    if (const auto code = Code::parse(each)) held.code.push_back(*code);
  return held;
}

/// "Volta, compute capability 7.0".
std::string described(const Dotted& capability) {
  const auto* architecture = knowledge::architecture(capability);
  return fmt::format("{}{}compute capability {}", architecture ? architecture->name : "", architecture ? ", " : "",
                     capability.text());
}

/// One finding for all GPUs of one compute capability.
std::optional<model::Finding> judge(const model::Observed& observed, const Held& held, const Dotted& capability,
                                    const std::vector<std::string>& gpus) {
  const auto runs = [&](bool ptx) {
    return std::ranges::any_of(held.code,
                               [&](const Code& code) { return code.ptx == ptx && code.runs_on(capability); });
  };
  if (runs(false)) return std::nullopt;
  const std::string which = fmt::format("{} ({})", fmt::join(gpus, "; "), described(capability));
  const std::string where = observed.install ? base::visible(observed.install->library.string()) : "";
  if (runs(true))
    return cite(
        "cubin-compatibility",
        {Severity::note, "ptx-alone",
         fmt::format("torch {} has only PTX for {}: the driver compiles its kernels when they are first used "
                     "(it holds {}{}).",
                     torch_version(observed), which, base::visible(held.text), held.according),
         where, "# nothing; the first start takes minutes, and the code is another than in a build for this GPU"});
  return cite("cubin-compatibility",
              {Severity::error, "no-kernel-image",
               fmt::format("torch {} has no code for {}: it holds {}{}. Kernels end in \"no kernel image is available "
                           "for execution on the device\".",
                           torch_version(observed), which, base::visible(held.text), held.according),
               where, fitting_wheel(observed).value_or("# install a PyTorch that was built for this GPU")});
}

/// The GPUs that this PyTorch holds no PTX for.
std::vector<std::string> without_ptx(const std::vector<model::Gpu>& gpus, const Held& held) {
  std::vector<std::string> without;
  for (const model::Gpu& gpu : gpus) {
    const auto capability = Dotted::parse(gpu.key.compute_capability);
    const auto runs = [&](const Code& code) { return code.ptx && code.runs_on(*capability); };
    if (capability && std::ranges::none_of(held.code, runs)) without.push_back(named(gpu));
  }
  return without;
}

Findings forced_ptx(const model::Observed& observed, const Held& held) {
  const auto value = variable(observed, "CUDA_FORCE_PTX_JIT");
  if (!value || value->empty() || *value == "0") return {};
  const bool known = observed.devices && !observed.devices->gpus.empty();
  const auto without = known ? without_ptx(observed.devices->gpus, held) : std::vector<std::string>();
  if (known ? without.empty() : std::ranges::any_of(held.code, &Code::ptx)) return {};
  const std::string whom = known ? fmt::format(" for {}", fmt::join(without, "; ")) : std::string();
  return {
      cite("force-ptx-jit",
           {Severity::error, "forced-ptx-is-not-there",
            fmt::format("CUDA_FORCE_PTX_JIT={} asks for PTX, and torch {} has none{} (it holds {}{}): no kernel of "
                        "it loads.",
                        base::visible(*value), torch_version(observed), whom, base::visible(held.text), held.according),
            "CUDA_FORCE_PTX_JIT", "unset CUDA_FORCE_PTX_JIT"})};
}

}  // namespace

Findings architectures(const model::Observed& observed) {
  if (!built_with_cuda(observed).value_or(false)) return {};
  const Held code = held(observed);
  if (code.code.empty()) return {};
  Findings found = forced_ptx(observed, code);
  if (!observed.devices) return found;
  std::map<std::string, std::vector<std::string>> by_capability;
  for (const model::Gpu& gpu : observed.devices->gpus) by_capability[gpu.key.compute_capability].push_back(named(gpu));
  for (const auto& [text, gpus] : by_capability)
    if (const auto capability = Dotted::parse(text))
      if (auto finding = judge(observed, code, *capability, gpus)) found.push_back(*std::move(finding));
  return found;
}

}  // namespace envguard::diagnosis
