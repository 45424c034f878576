#include "recipe/profile.hpp"

#include <algorithm>

namespace envguard::recipe {

const ProfileSettings& settings(model::Profile profile) {
  static const ProfileSettings strict{// MKL_NUM_THREADS overrides OMP_NUM_THREADS, so all three are set.
                                      {{"OMP_NUM_THREADS", "1"},
                                       {"OMP_DYNAMIC", "FALSE"},
                                       {"OPENBLAS_NUM_THREADS", "1"},
                                       {"MKL_NUM_THREADS", "1"},
                                       {"MKL_DYNAMIC", "FALSE"},
                                       {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"}},
                                      {{"deterministic-algorithms", "true"},
                                       {"deterministic-fill", "true"},
                                       {"deterministic-cudnn", "true"},
                                       {"deterministic-mkldnn", "true"},
                                       {"benchmark-cudnn", "false"},
                                       {"tf32-cublas", "false"},
                                       {"tf32-cudnn", "false"},
                                       {"fp16-reduction-cublas", "false"},
                                       {"bf16-reduction-cublas", "false"},
                                       {"fp16-accumulation-cublas", "false"},
                                       {"fp16-bf16-reduction-math-sdp", "false"},
                                       // Attention probes switch their own backend on and leave this behind.
                                       {"sdp-flash", "false"},
                                       {"sdp-efficient", "false"},
                                       {"sdp-cudnn", "false"},
                                       {"sdp-math", "true"}},
                                      1};
  static const ProfileSettings as_is = [] {
    ProfileSettings untouched{{}, strict.flags, 0};
    for (auto& [flag, value] : untouched.flags) value.clear();
    return untouched;
  }();
  return profile == model::Profile::strict ? strict : as_is;
}

std::vector<std::string> settable_flags() {
  std::vector<std::string> names{"matmul-precision", "flush-denormal", "mkldnn", "cudnn", "threads"};
  for (const auto& [flag, value] : settings(model::Profile::strict).flags) names.push_back(flag);
  return names;
}

std::vector<std::string> flag_values(std::string_view flag) {
  if (flag == "threads") return {};
  if (flag == "matmul-precision") return {"highest", "high", "medium"};
  return {"true", "false"};
}

bool overridden(model::Profile profile, std::string_view knob) {
  // PyTorch reads it once, as the default of what the flag tf32-cublas then sets.
  if (knob == "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE") return profile == model::Profile::strict;
  const auto& variables = settings(profile).variables;
  return std::any_of(variables.begin(), variables.end(), [&](const auto& variable) { return variable.first == knob; });
}

}  // namespace envguard::recipe
