#include "recipe/knobs.hpp"

#include <algorithm>
#include <array>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "recipe/knob_grammar.hpp"

namespace envguard::recipe {

namespace {

using Form = KnobForm;

// Each form is what the library itself reads from the variable.
constexpr std::array table{
    // cuBLAS, as PyTorch and as the library itself read it
    Knob{"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", Form::numeral}, Knob{"NVIDIA_TF32_OVERRIDE", Form::numeral},
    Knob{"TORCH_BLAS_PREFER_CUBLASLT", Form::numeral}, Knob{"TORCH_LINALG_PREFER_CUSOLVER", Form::numeral},
    Knob{"DISABLE_ADDMM_CUDA_LT", Form::numeral}, Knob{"CUBLAS_WORKSPACE_CONFIG", Form::workspaces},
    Knob{"CUBLASLT_WORKSPACE_SIZE", Form::numeral}, Knob{"TORCH_CUBLASLT_UNIFIED_WORKSPACE", Form::numeral},
    Knob{"CUBLAS_EMULATE_SINGLE_PRECISION", Form::numeral}, Knob{"CUBLAS_EMULATE_DOUBLE_PRECISION", Form::numeral},
    Knob{"CUBLAS_EMULATION_STRATEGY", Form::words},
    Knob{"CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT", Form::numeral},
    Knob{"CUBLASLT_HEURISTICS_LUT_FILE", Form::files}, Knob{"CUBLASLT_DISABLE_CPU_INSTRUCTIONS_MASK", Form::numeral},
    // cuDNN
    Knob{"TORCH_CUDNN_USE_HEURISTIC_MODE_B", Form::numeral}, Knob{"TORCH_CUDNN_SDPA_DEPRIORITIZED", Form::numeral},
    Knob{"TORCH_CUDNN_SDPA_NESTED_TENSOR_ENABLED", Form::numeral},
    Knob{"TORCH_CUDNN_SDPA_AVOID_RECOMPILE", Form::numeral}, Knob{"CUDNN_ERRATA_JSON_FILE", Form::files},
    Knob{"CUDNN_USE_EX2_EMULATION", Form::numeral}, Knob{"CUDNN_RESCALE_THRESHOLD", Form::numeral},
    Knob{"CUDNN_FRONTEND_ATTN_DP_WORKSPACE_LIMIT", Form::numeral}, Knob{"TORCH_CUDNN_V8_API_DISABLED", Form::numeral},
    // PyTorch's choice of kernels; of TunableOp the names of aten/src/ATen/cuda/tunable/Tunable.h
    Knob{"PYTORCH_TUNABLEOP_ENABLED", Form::off}, Knob{"PYTORCH_TUNABLEOP_TUNING", Form::off},
    Knob{"PYTORCH_TUNABLEOP_RECORD_UNTUNED", Form::off}, Knob{"PYTORCH_TUNABLEOP_FILENAME", Form::files},
    Knob{"PYTORCH_TUNABLEOP_UNTUNED_FILENAME", Form::files}, Knob{"PYTORCH_TUNABLEOP_VERBOSE_FILENAME", Form::files},
    Knob{"PYTORCH_TUNABLEOP_MAX_TUNING_DURATION_MS", Form::numeral},
    Knob{"PYTORCH_TUNABLEOP_MAX_TUNING_ITERATIONS", Form::numeral},
    Knob{"PYTORCH_TUNABLEOP_MAX_WARMUP_DURATION_MS", Form::numeral},
    Knob{"PYTORCH_TUNABLEOP_MAX_WARMUP_ITERATIONS", Form::numeral},
    Knob{"PYTORCH_TUNABLEOP_ROTATING_BUFFER_SIZE", Form::numeral},
    Knob{"PYTORCH_TUNABLEOP_ICACHE_FLUSH_ENABLED", Form::numeral}, Knob{"PYTORCH_TUNABLEOP_*", Form::never},
    Knob{"TORCH_LINEAR_FLATTEN_3D", Form::numeral}, Knob{"TORCH_MKLDNN_MATMUL_MIN_DIM", Form::numeral},
    Knob{"TORCH_MKLDNN_MATMUL_MIN_SIZE", Form::numeral},
    // driver and allocator
    Knob{"CUDA_FORCE_PTX_JIT", Form::numeral}, Knob{"CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", Form::numeral},
    Knob{"CUDA_VISIBLE_DEVICES", Form::device}, Knob{"CUDA_DEVICE_ORDER", Form::device},
    Knob{"PYTORCH_ALLOC_CONF", Form::allocator}, Knob{"PYTORCH_CUDA_ALLOC_CONF", Form::allocator},
    // code paths on the CPU; MKL_THREADING_LAYER makes libmkl_rt open another library
    Knob{"ATEN_CPU_CAPABILITY", Form::words}, Knob{"ONEDNN_MAX_CPU_ISA", Form::words},
    Knob{"DNNL_MAX_CPU_ISA", Form::words}, Knob{"ONEDNN_DEFAULT_FPMATH_MODE", Form::words},
    Knob{"DNNL_DEFAULT_FPMATH_MODE", Form::words}, Knob{"ONEDNN_CPU_ISA_HINTS", Form::words},
    Knob{"DNNL_CPU_ISA_HINTS", Form::words}, Knob{"MKLDNN_MAX_CPU_ISA", Form::words},
    Knob{"MKLDNN_DEFAULT_FPMATH_MODE", Form::words}, Knob{"MKLDNN_CPU_ISA_HINTS", Form::words},
    Knob{"MKL_CBWR", Form::words}, Knob{"MKL_VML_DEBUG_CPU_TYPE", Form::numeral},
    Knob{"MKL_ENABLE_INSTRUCTIONS", Form::words}, Knob{"MKL_THREADING_LAYER", Form::never},
    Knob{"MKL_DYNAMIC", Form::words}, Knob{"MKL_NUM_STRIPES", Form::numeral},
    Knob{"MKL_DISABLE_FAST_MM", Form::numeral}, Knob{"OPENBLAS_CORETYPE", Form::words},
    // threads; MKL divides its threads by the number of processes that an MPI launcher started here
    Knob{"OMP_NUM_THREADS", Form::threads}, Knob{"OMP_DYNAMIC", Form::words}, Knob{"MKL_NUM_THREADS", Form::threads},
    Knob{"OPENBLAS_NUM_THREADS", Form::threads}, Knob{"MKL_DOMAIN_NUM_THREADS", Form::never},
    Knob{"MKL_MPI_PPN", Form::numeral}, Knob{"OMPI_COMM_WORLD_LOCAL_SIZE", Form::numeral},
    Knob{"MPI_LOCALNRANKS", Form::numeral}, Knob{"I_MPI_NUMBER_OF_MPI_PROCESSES_PER_NODE", Form::numeral},
    // what the loader loads
    Knob{"GLIBC_TUNABLES", Form::cpu_tunables}, Knob{"LD_PRELOAD", Form::files}, Knob{"LD_LIBRARY_PATH", Form::files}};

constexpr std::string_view hash_mark = "xxh3:";
constexpr std::string_view missing = "missing";
constexpr std::size_t most_name_bytes = 128;

const Knob* find(std::string_view variable) {
  if (variable.size() > most_name_bytes || !is_variable_name(variable)) return nullptr;
  const auto* found = std::ranges::find_if(table, [&](const Knob& knob) {
    if (!knob.name.ends_with('*')) return variable == knob.name;
    const auto prefix = knob.name.substr(0, knob.name.size() - 1);
    return variable.size() > prefix.size() && variable.starts_with(prefix);
  });
  return found == table.end() ? nullptr : found;
}

KnobForm form_of(const Knob& knob, std::string_view variable) {
  // A version of PyTorch that envguard does not know may add a file to a family of knobs.
  const bool file = variable.ends_with("_FILE") || variable.ends_with("_FILENAME");
  return file ? Form::files : knob.form;
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= most_name_bytes && has_only(name, letters, digits, "._+-");
}

bool is_recorded_file(std::string_view word) {
  const auto at = word.rfind('@');
  if (at == std::string_view::npos) return false;
  const auto name = word.substr(0, at);
  const auto content = word.substr(at + 1);
  if (!is_file_name(name) && !is_recorded_hash(name)) return false;
  return content == missing || (!content.empty() && has_only(content, digits, "abcdef"));
}

bool are_recorded_files(std::string_view value) {
  return value.size() <= most_recorded_file_bytes && std::ranges::all_of(base::split(value, ' '), is_recorded_file);
}

/// A value that shows as it is, names no file, and is not the words that stand for a knob that is not set.
bool is_plain(std::string_view value) {
  const auto printable = [](char c) { return c >= ' ' && c <= '~' && c != '/' && c != '~' && c != '$'; };
  return value.size() <= most_recorded_bytes && value != "not set" && std::ranges::all_of(value, printable);
}

}  // namespace

std::span<const Knob> knobs() {
  return table;
}

bool is_knob(std::string_view variable) {
  return find(variable) != nullptr;
}

bool chooses_device(std::string_view variable) {
  const auto* knob = find(variable);
  return knob != nullptr && knob->form == Form::device;
}

bool names_files(std::string_view knob) {
  const auto* found = find(knob);
  return found != nullptr && form_of(*found, knob) == Form::files;
}

bool may_be_recorded(std::string_view knob, std::string_view value) {
  const auto* found = find(knob);
  if (found == nullptr || found->form == Form::device || value.empty()) return false;
  if (is_recorded_hash(value)) return true;
  return form_of(*found, knob) == Form::files ? are_recorded_files(value) : is_plain(value);
}

bool may_be_set(std::string_view knob, std::string_view value) {
  const auto* found = find(knob);
  if (found == nullptr || is_recorded_hash(value)) return false;
  switch (form_of(*found, knob)) {
    case Form::numeral:
      return is_number(value);
    case Form::threads:
      return is_thread_list(value, most_threads);
    case Form::words:
      return is_word_list(value);
    case Form::workspaces:
      return is_workspace_list(value);
    case Form::allocator:
      return is_allocator_setting(value);
    case Form::cpu_tunables:
      return are_cpu_tunables(value);
    case Form::off:
      return value == "0";
    case Form::never:
    case Form::files:
    case Form::device:
      return false;
  }
  return false;
}

bool may_be_removed(std::string_view knob) {
  return is_knob(knob) && !chooses_device(knob);
}

std::string recorded_hash(std::string_view value) {
  return std::string(hash_mark) + base::hash128(value).hex();
}

bool is_recorded_hash(std::string_view value) {
  return value.starts_with(hash_mark) && base::Hash128::parse(value.substr(hash_mark.size())).has_value();
}

std::string recorded_file(std::string_view name, std::string_view content) {
  std::string text = is_file_name(name) ? std::string(name) : recorded_hash(name);
  text += '@';
  return text.append(content.empty() ? missing : content);
}

}  // namespace envguard::recipe
