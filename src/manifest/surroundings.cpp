#include "manifest/surroundings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string_view>

#include <fcntl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "base/work_tree.hpp"

namespace envguard::manifest {
namespace {

namespace fs = std::filesystem;

#ifndef PR_GET_MDWE
constexpr int PR_GET_MDWE = 66;  // Linux 6.3; prctl(2)
#endif

constexpr std::array<std::string_view, 34> families{
    "LD_",     "MALLOC_", "OMP_",     "GOMP_",    "KMP_",   "MKL_",    "OPENBLAS_", "GOTO_", "BLIS_",
    "ONEDNN_", "DNNL_",   "MKLDNN_",  "ATEN_",    "TORCH",  "PYTORCH", "C10_",      "CUDA",  "CUBLAS",
    "CUDNN",   "CUFFT",   "CUSPARSE", "CUSOLVER", "CURAND", "NCCL_",   "NVIDIA_",   "NV_",   "NVRTC_",
    "TRITON",  "TF32_",   "LIBTORCH", "UV_",      "PIXI_",  "POETRY_", "PYENV_"};
constexpr std::array<std::string_view, 18> single{"CONDA_DEFAULT_ENV",
                                                  "CONDA_EXE",
                                                  "CONDA_PREFIX",
                                                  "DISABLE_ADDMM_CUDA_LT",
                                                  "ENVGUARD_TORCH",
                                                  "GLIBC_TUNABLES",
                                                  "HOME",
                                                  "PATH",
                                                  "PYTHONHOME",
                                                  "PYTHONPATH",
                                                  "PYTHONUSERBASE",
                                                  "Torch_DIR",
                                                  "I_MPI_NUMBER_OF_MPI_PROCESSES_PER_NODE",
                                                  "MPI_LOCALNRANKS",
                                                  "OMPI_COMM_WORLD_LOCAL_SIZE",
                                                  "VIRTUAL_ENV",
                                                  "XDG_CACHE_HOME",
                                                  "XDG_DATA_HOME"};

bool counts(std::string_view name) {
  return std::find(single.begin(), single.end(), name) != single.end() ||
         std::any_of(families.begin(), families.end(), [name](auto family) { return name.starts_with(family); });
}

// git puts its own folder (…/libexec/git-core) before PATH for its hooks.
std::string without_git_core(std::string_view path) {
  std::string kept;
  for (const auto folder : base::split(path, ':'))
    if (!folder.ends_with("/git-core")) kept.append(folder).append(":");
  return kept;
}

// A file of /proc or /sys, whose size is not known before; at most `limit` bytes, so that a machine of 400 CPUs does
// not describe them all. Read without a stream: where reading fails, as that of a label without a security module does,
// a stream throws inside, and the first exception of a static program takes a millisecond.
std::string read_some(const fs::path& path, std::size_t limit) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string text(limit, '\0');
  std::size_t done = 0;
  while (done < limit) {
    const auto count = ::read(file, text.data() + done, limit - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  ::close(file);
  text.resize(done);
  return text;
}

// The value of "name : value" in a listing; empty: not there.
std::string_view field(std::string_view listing, std::string_view name) {
  for (const auto line : base::split(listing, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && base::trim(line.substr(0, colon)) == name)
      return base::trim(line.substr(colon + 1));
  }
  return {};
}

void add(NamedValues& lines, std::string name, std::string_view value) {
  if (!base::trim(value).empty()) lines.emplace_back(std::move(name), base::visible(base::trim(value)));
}

// The CPUs on which this process may run, those that are offline left out: "0-3,8".
std::string usable_cpus() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return {};
  std::string list;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &set)) continue;
    const auto first = cpu;
    while (cpu + 1 < CPU_SETSIZE && CPU_ISSET(cpu + 1, &set)) ++cpu;
    list += (list.empty() ? "" : ",") + std::to_string(first) + (cpu > first ? "-" + std::to_string(cpu) : "");
  }
  return list;
}

void add_cpu(NamedValues& lines, const model::Machine& machine) {
  const auto text = read_some(machine.proc / "cpuinfo", 4096);
  const auto first = std::string_view(text).substr(0, text.find("\n\n"));
  for (const auto* name : {"vendor_id", "cpu family", "model", "model name", "stepping", "microcode", "CPU implementer",
                           "CPU architecture", "CPU variant", "CPU part", "CPU revision"})
    add(lines, std::string("cpu ") + name, field(first, name));
  for (const auto* name : {"flags", "Features"}) {
    const auto sets = field(first, name);
    if (!sets.empty()) add(lines, std::string("cpu ") + name, base::hash128(sets).hex());
  }
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code absent;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, absent), end; !absent && entry != end; entry.increment(absent))
    entries.push_back(entry->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// "nvidia0", "nvidia13": a GPU's own file.
bool is_of_one_gpu(const fs::path& file) {
  constexpr std::string_view prefix = "nvidia";
  const auto name = file.filename().string();
  return name.size() > prefix.size() && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
}

// Which GPUs, and which MIG instances of them, this process may use: a batch system gives others to every job. The
// files are not opened, which would wake a GPU.
void add_usable_gpus(NamedValues& lines, const model::Machine& machine) {
  std::string usable, instances;
  for (const auto& file : sorted_entries(machine.dev))
    if (is_of_one_gpu(file) && ::access(file.c_str(), R_OK | W_OK) == 0) usable += file.filename().string() + " ";
  for (const auto& gpu : sorted_entries(machine.proc / "driver/nvidia/capabilities"))
    for (const auto& instance : sorted_entries(gpu / "mig"))
      for (const auto& part : sorted_entries(instance))
        instances += part.lexically_relative(gpu.parent_path()).string() + " ";
  add(lines, "usable gpus", usable);
  add(lines, "mig instances", base::hash128(instances).hex());
}

// The kernel's times of /proc and /sys entries change when memory runs short, so "when was the driver loaded" is told
// by boot, version and parameters.
void add_driver(NamedValues& lines, const model::Machine& machine) {
  const auto folder = machine.proc / "driver/nvidia";
  const auto version = read_some(folder / "version", 4096);
  if (version.empty()) return;
  add(lines, "driver", std::string_view(version).substr(0, version.find('\n')));
  add(lines, "driver source", read_some(machine.sys / "module/nvidia/srcversion", 256));
  add(lines, "driver parameters", base::hash128(read_some(folder / "params", 65536)).hex());
  add_usable_gpus(lines, machine);
  for (const auto& card : sorted_entries(folder / "gpus")) {
    const auto text = read_some(card / "information", 4096);
    for (const auto* name : {"Model", "GPU UUID", "Video BIOS"}) {
      const auto value = field(text, name);
      const bool told = !value.empty() && value.find('?') == std::string_view::npos;
      add(lines, "gpu " + card.filename().string() + " " + name, told ? value : not_told);
    }
  }
}

}  // namespace

NamedValues machine_lines(const model::Machine& machine) {
  NamedValues lines;
  add(lines, "envguard", machine.program.native());
  add(lines, "working folder", machine.directory.native());
  add(lines, "kernel", read_some(machine.proc / "sys/kernel/osrelease", 256));
  add(lines, "boot", read_some(machine.proc / "sys/kernel/random/boot_id", 64));
  add_cpu(lines, machine);
  add_driver(lines, machine);
  return lines;
}

NamedValues process_lines(const model::Machine& machine) {
  NamedValues lines;
  add(lines, "affinity", usable_cpus());
  if (const int denied = ::prctl(PR_GET_MDWE, 0, 0, 0, 0); denied > 0)
    add(lines, "memory-deny-write-execute", std::to_string(denied));
  const auto status = read_some(machine.proc / "self/status", 16384);
  if (const auto mode = field(status, "Seccomp"); mode != "0") add(lines, "seccomp", mode);
  add(lines, "security label", read_some(machine.proc / "self/attr/current", 4096));
  add(lines, "personality", std::to_string(::personality(0xffffffffUL)));
  for (const auto& [name, limit] : {std::pair("address space", RLIMIT_AS), std::pair("data", RLIMIT_DATA)}) {
    rlimit now{};
    if (::getrlimit(limit, &now) == 0 && now.rlim_cur != RLIM_INFINITY)
      add(lines, std::string("limit of ") + name, std::to_string(now.rlim_cur));
  }
  return lines;
}

NamedValues variable_lines(const model::EnvironmentMap& environment, const std::vector<std::string>& asked) {
  std::map<std::string, std::string> lines;
  for (const auto& name : asked) lines.emplace(name, not_set);
  for (const auto& [name, value] : environment)
    if (counts(name) || lines.contains(name))
      lines[name] = base::hash128(name == "PATH" ? without_git_core(value) : value).hex();
  return {lines.begin(), lines.end()};
}

std::vector<fs::path> library_folders(const model::Machine& machine) {
  std::string folders = machine.variable("LD_LIBRARY_PATH");
  if (folders.empty()) return {};
  std::replace(folders.begin(), folders.end(), ';', ':');
  std::vector<fs::path> found;
  for (const auto text : base::split(folders, ':')) {
    const fs::path folder = machine.directory / fs::path(text);
    for (const auto* level : {"", "glibc-hwcaps/x86-64-v4", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2"})
      found.push_back(*level == '\0' ? folder : folder / level);
  }
  return found;
}

fs::path cache_folder(const model::EnvironmentMap& environment, const fs::path& directory) {
  const auto value = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? fs::path() : fs::path(found->second);
  };
  const auto counts = [&](const fs::path& folder) {
    return folder.is_absolute() && !base::lies_in_work_tree_of(directory, folder);
  };
  if (const auto cache = value("XDG_CACHE_HOME"); counts(cache)) return cache / "envguard";
  if (const auto home = value("HOME"); home.is_absolute() && counts(home / ".cache"))
    return home / ".cache" / "envguard";
  return {};
}

}  // namespace envguard::manifest
