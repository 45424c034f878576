#include "engine/torch/context.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace envguard::engine::torch {
namespace {

// How a member is called. A mangled name spells its arguments, so a wrong form is a missing symbol and never a wrong
// call.
enum class SetForm { flag, flag_and_false, flag_and_true };
enum class GetForm { flag, flag_of_operation, flag_of_name, reduction_option };

struct Setter {
  const char* symbol = nullptr;
  SetForm form = SetForm::flag;
};

struct Getter {
  const char* symbol = nullptr;
  GetForm form = GetForm::flag;
};

/// The first symbol that the opened library has is the one that is called.
struct Switch {
  std::string_view name;
  std::array<Setter, 2> setters;
  std::array<Getter, 2> getters;
};

constexpr std::array switches{
    Switch{"deterministic-algorithms",  // the second argument is warn_only
           {{{"_ZN2at7Context26setDeterministicAlgorithmsEbb", SetForm::flag_and_false}}},
           {{{"_ZNK2at7Context23deterministicAlgorithmsEv"}}}},
    Switch{"deterministic-fill",
           {{{"_ZN2at7Context39setDeterministicFillUninitializedMemoryEb"}}},
           {{{"_ZNK2at7Context36deterministicFillUninitializedMemoryEv"}}}},
    Switch{"deterministic-cudnn",
           {{{"_ZN2at7Context21setDeterministicCuDNNEb"}}},
           {{{"_ZNK2at7Context18deterministicCuDNNEv"}}}},
    Switch{"deterministic-mkldnn",
           {{{"_ZN2at7Context22setDeterministicMkldnnEb"}}},
           {{{"_ZNK2at7Context19deterministicMkldnnEv"}}}},
    Switch{"cudnn", {{{"_ZN2at7Context19setUserEnabledCuDNNEb"}}}, {{{"_ZNK2at7Context16userEnabledCuDNNEv"}}}},
    Switch{"benchmark-cudnn", {{{"_ZN2at7Context17setBenchmarkCuDNNEb"}}}, {{{"_ZNK2at7Context14benchmarkCuDNNEv"}}}},
    Switch{"tf32-cublas", {{{"_ZN2at7Context18setAllowTF32CuBLASEb"}}}, {{{"_ZNK2at7Context15allowTF32CuBLASEv"}}}},
    Switch{"tf32-cudnn",
           {{{"_ZN2at7Context17setAllowTF32CuDNNEb"}}},
           {{{"_ZNK2at7Context14allowTF32CuDNNESt8optionalINS_9Float32OpEE", GetForm::flag_of_operation},
             {"_ZNK2at7Context14allowTF32CuDNNERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
              GetForm::flag_of_name}}}},
    Switch{"fp16-reduction-cublas",  // the second argument is allow_splitk
           {{{"_ZN2at7Context27setAllowFP16ReductionCuBLASEbb", SetForm::flag_and_true},
             {"_ZN2at7Context27setAllowFP16ReductionCuBLASEb"}}},
           {{{"_ZNK2at7Context24allowFP16ReductionCuBLASEv", GetForm::reduction_option}}}},
    Switch{"bf16-reduction-cublas",
           {{{"_ZN2at7Context27setAllowBF16ReductionCuBLASEbb", SetForm::flag_and_true},
             {"_ZN2at7Context27setAllowBF16ReductionCuBLASEb"}}},
           {{{"_ZNK2at7Context24allowBF16ReductionCuBLASEv", GetForm::reduction_option}}}},
    Switch{"fp16-accumulation-cublas",
           {{{"_ZN2at7Context30setAllowFP16AccumulationCuBLASEb"}}},
           {{{"_ZNK2at7Context27allowFP16AccumulationCuBLASEv"}}}},
    Switch{"fp16-bf16-reduction-math-sdp",
           {{{"_ZN2at7Context32setAllowFP16BF16ReductionMathSDPEb"}}},
           {{{"_ZNK2at7Context29allowFP16BF16ReductionMathSDPEv"}}}},
    Switch{"sdp-flash", {{{"_ZN2at7Context14setSDPUseFlashEb"}}}, {{{"_ZNK2at7Context19userEnabledFlashSDPEv"}}}},
    Switch{"sdp-efficient",
           {{{"_ZN2at7Context21setSDPUseMemEfficientEb"}}},
           {{{"_ZNK2at7Context26userEnabledMemEfficientSDPEv"}}}},
    Switch{"sdp-cudnn", {{{"_ZN2at7Context14setSDPUseCuDNNEb"}}}, {{{"_ZNK2at7Context19userEnabledCuDNNSDPEv"}}}},
    Switch{"flush-denormal", {{{"_ZN2at7Context16setFlushDenormalEb"}}}, {}},
    Switch{"mkldnn", {{{"_ZN2at7Context20setUserEnabledMkldnnEb"}}}, {{{"_ZNK2at7Context17userEnabledMkldnnEv"}}}},
    Switch{"sdp-math", {{{"_ZN2at7Context13setSDPUseMathEb"}}}, {{{"_ZNK2at7Context18userEnabledMathSDPEv"}}}},
};

const Switch* find(std::string_view name) {
  const auto* row =
      std::find_if(switches.begin(), switches.end(), [name](const Switch& entry) { return entry.name == name; });
  return row == switches.end() ? nullptr : row;
}

void call(void* function, const Setter& setter, void* context, bool value) {
  if (setter.form == SetForm::flag) return reinterpret_cast<void (*)(void*, bool)>(function)(context, value);
  reinterpret_cast<void (*)(void*, bool, bool)>(function)(context, value, setter.form == SetForm::flag_and_true);
}

bool call(void* function, const Getter& getter, const void* context) {
  switch (getter.form) {
    case GetForm::flag_of_operation:  // std::optional of a small enum travels in one register; zero is nullopt
      return reinterpret_cast<bool (*)(const void*, std::uint64_t)>(function)(context, 0);
    case GetForm::flag_of_name:
      return reinterpret_cast<bool (*)(const void*, const std::string&)>(function)(context, "");
    case GetForm::reduction_option:  // at::CuBLASReductionOption: 0 allows, 1 and 2 forbid
      return reinterpret_cast<std::uint8_t (*)(const void*)>(function)(context) == 0;
    case GetForm::flag:
      break;
  }
  return reinterpret_cast<bool (*)(const void*)>(function)(context);
}

/// The first of a row's members that the library has, with its address.
template <class Member>
std::pair<const Member*, void*> available(const SharedLibrary& library, const std::array<Member, 2>& members) {
  for (const Member& member : members) {
    void* function = member.symbol == nullptr ? nullptr : library.find(member.symbol);
    if (function != nullptr) return {&member, function};
  }
  return {nullptr, nullptr};
}

}  // namespace

void* Context::context() const {
  auto* global = library_.function<void*()>("_ZN2at13globalContextEv");
  return global == nullptr ? nullptr : global();
}

bool Context::set(std::string_view flag, bool value) const try {
  const Switch* row = find(flag);
  void* global = context();
  if (row == nullptr || global == nullptr) return false;
  const auto [setter, function] = available(library_, row->setters);
  if (setter != nullptr) call(function, *setter, global, value);
  return setter != nullptr;
} catch (const std::exception&) {
  return false;
}

bool Context::set_matmul_precision(const std::string& precision) const try {
  auto* set = library_.function<void(void*, const std::string&)>(
      "_ZN2at7Context25setFloat32MatmulPrecisionERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE");
  void* global = context();
  if (set == nullptr || global == nullptr) return false;
  set(global, precision);
  return true;
} catch (const std::exception&) {
  return false;
}

std::optional<bool> Context::get(std::string_view flag) const try {
  const Switch* row = find(flag);
  const void* global = context();
  if (row == nullptr || global == nullptr) return std::nullopt;
  const auto [getter, function] = available(library_, row->getters);
  if (getter == nullptr) return std::nullopt;
  return call(function, *getter, global);
} catch (const std::exception&) {
  return std::nullopt;
}

bool Context::set_threads(int threads) const try {
  auto* set = library_.function<void(int)>("_ZN2at15set_num_threadsEi");
  if (set != nullptr) set(threads);
  return set != nullptr;
} catch (const std::exception&) {
  return false;
}

std::optional<int> Context::threads() const try {
  auto* get = library_.function<int()>("_ZN2at15get_num_threadsEv");
  return get == nullptr ? std::nullopt : std::optional(get());
} catch (const std::exception&) {
  return std::nullopt;
}

std::string Context::show_config() const try {
  auto* show = library_.function<std::string()>("_ZN2at11show_configB5cxx11Ev");
  return show == nullptr ? "" : show();
} catch (const std::exception&) {
  return "";
}

}  // namespace envguard::engine::torch
