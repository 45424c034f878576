// detect on real PyTorch wheels, against what Python itself says of them.
#include "detect/install.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/elf.hpp"
#include "detect/cuda_library.hpp"
#include "detect/discovery.hpp"
#include "detect/libraries.hpp"
#include "detect/observe.hpp"
#include "process/run.hpp"

namespace envguard::detect {
namespace {

namespace fs = std::filesystem;
using model::Finding;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

fs::path wheels() {
  const char* folder = std::getenv("ENVGUARD_TEST_TORCH");
  return folder != nullptr ? fs::path(folder) : fs::path(std::getenv("HOME")) / ".cache/envguard-test";
}

fs::path packages_of(const std::string& version) {
  return wheels() / ("torch-" + version) / "lib/python3/site-packages";
}

/// This machine, with an environment of a few variables.
model::Machine machine_with(model::EnvironmentMap variables) {
  model::Machine machine;
  machine.environment = std::move(variables);
  machine.environment.emplace("PATH", "/usr/bin:/bin");
  machine.directory = "/";
  machine.home = "/nonexistent";
#if defined(__x86_64__)
  machine.loader = "/lib64/ld-linux-x86-64.so.2";
#else
  machine.loader = "/lib/ld-linux-aarch64.so.1";
#endif
  return machine;
}

model::Install full_install(const model::Machine& machine) {
  auto located = install_at(machine, wheels() / "python-2.11.0", "test");
  if (!located.install) throw std::runtime_error("no full PyTorch in " + wheels().string() + ": run ci/fetch-torch");
  return *located.install;
}

model::Observed observe_at(const model::Machine& machine, const fs::path& path) {
  return observe(machine, find_install(machine, {path.string(), nullptr, {}}), true);
}

/// What this venv's Python prints.
std::string python(const model::EnvironmentMap& environment, const std::string& program) {
  process::Command command;
  command.argv = {(wheels() / "python-2.11.0/bin/python").string(), "-c", program};
  command.environment = environment;
  command.deadline = std::chrono::minutes(5);
  const auto result = process::run(command);
  if (!result.ok()) throw std::runtime_error(result.err);
  return result.out;
}

std::string version_of(const model::Observed& observed, const std::string& name) {
  const auto* component = observed.component(name);
  return component ? component->version : "not found";
}

std::vector<std::string> ids(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const auto& finding : findings) all.push_back(finding.id);
  return all;
}

/// A folder with copies of some of an install's libraries. `other_build`: the build id's last byte is another one.
class Decoys {
 public:
  Decoys(const fs::path& from, const std::vector<std::string>& names, bool other_build) {
    std::string pattern = (fs::temp_directory_path() / "envguard-decoys-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    for (const std::string& name : names) {
      fs::copy_file(from / name, folder_ / name);
      if (other_build) change_build_id(folder_ / name);
    }
  }
  ~Decoys() { fs::remove_all(folder_); }
  Decoys(const Decoys&) = delete;
  Decoys& operator=(const Decoys&) = delete;
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  static void change_build_id(const fs::path& path) {
    const std::string id = base::build_id(path);
    std::string raw;
    for (std::size_t i = 0; i + 1 < id.size(); i += 2)
      raw += static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16));
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    const auto place = whole.find(raw);
    ASSERT_NE(place, std::string::npos) << path;
    file.clear();
    file.seekp(static_cast<std::streamoff>(place + raw.size() - 1));
    file.put(static_cast<char>(~raw.back()));
  }
  fs::path folder_;
};

TEST(RealInstall, VersionsAreWhatPythonSays) {
  const auto machine = machine_with({});
  const auto observed =
      observe(machine, find_install(machine, {(wheels() / "python-2.11.0").string(), nullptr, {}}), true);
  const std::string said =
      python(machine.environment,
             "import importlib.metadata as m, sys, torch\n"
             "for name, dist in [('cuda','nvidia-cuda-runtime'), ('cudnn','nvidia-cudnn-cu13'), "
             "('nccl','nvidia-nccl-cu13'), ('cublas','nvidia-cublas'), ('nvrtc','nvidia-cuda-nvrtc'), "
             "('cufft','nvidia-cufft'), ('curand','nvidia-curand'), ('cusolver','nvidia-cusolver'), "
             "('cusparse','nvidia-cusparse'), ('cusparselt','nvidia-cusparselt-cu13'), "
             "('nvjitlink','nvidia-nvjitlink'), "
             "('triton','triton'), ('numpy','numpy')]: print(name, m.version(dist))\n"
             "print('torch', torch.__version__)\nprint('torch-git', torch.version.git_version)\n"
             "print('python', sys.version.split()[0])\n");
  std::istringstream lines(said);
  int compared = 0;
  for (std::string name, version; lines >> name >> version; ++compared)
    EXPECT_EQ(version_of(observed, name), version) << name;
  EXPECT_EQ(compared, 16);
  for (const auto& component : observed.components) EXPECT_FALSE(component.origin.empty()) << component.name;
  std::map<std::string, std::string> build(observed.build.begin(), observed.build.end());
  EXPECT_EQ(build["cuda-architectures"] + "\n",
            python(machine.environment, "import torch; print(torch._C._cuda_getArchFlags())"));
  EXPECT_EQ(build["cuda"] + "\n", python(machine.environment, "import torch; print(torch.version.cuda)"));
  EXPECT_THAT(ids(observed.findings), testing::IsEmpty());
}

TEST(RealInstall, EveryWheelIsReadWithoutAContradiction) {
  for (const std::string version : {"2.10.0", "2.11.0", "2.15.0"}) {
    const auto observed = observe_at(machine_with({}), packages_of(version));
    ASSERT_TRUE(observed.install) << version;
    EXPECT_THAT(version_of(observed, "torch"), StartsWith(version));
    EXPECT_EQ(version_of(observed, "torch-git").size(), 40U);
    const std::map<std::string, std::string> build(observed.build.begin(), observed.build.end());
    EXPECT_THAT(version_of(observed, "cuda"), StartsWith(build.at("cuda").substr(0, 3))) << "the major version";
    for (const auto& finding : observed.findings)
      EXPECT_EQ(finding.severity, Finding::Severity::note) << version << ": " << finding.what;
  }
}

TEST(RealInstall, EveryCudaLibraryIsListedWithItsVersion) {
  const auto observed = observe_at(machine_with({}), wheels() / "python-2.11.0");
  std::map<std::string, const model::CudaLibrary*> by_name;
  for (const auto& library : observed.cuda_libraries) {
    EXPECT_FALSE(library.version.empty()) << library.component;
    EXPECT_FALSE(library.origin.empty()) << library.component;
    EXPECT_EQ(library.build_id.size(), 40U) << library.component;
    EXPECT_EQ(library.path, fs::canonical(library.path));
    EXPECT_TRUE(by_name.emplace(library.component, &library).second) << library.component << " twice";
  }
  for (const char* name : {"cudart",
                           "cublas",
                           "cublaslt",
                           "cudnn",
                           "cudnn_graph",
                           "cudnn_ops",
                           "cudnn_cnn",
                           "cudnn_adv",
                           "cudnn_heuristic",
                           "cudnn_engines_precompiled",
                           "cudnn_engines_runtime_compiled",
                           "nccl",
                           "cufft",
                           "curand",
                           "cusolver",
                           "cusparse",
                           "cusparselt",
                           "nvrtc",
                           "nvrtc-builtins",
                           "nvjitlink",
                           "cupti",
                           "nvshmem",
                           "cufile"})
    EXPECT_TRUE(by_name.contains(name)) << name;
  EXPECT_EQ(by_name.at("cudnn_cnn")->origin, "METADATA of nvidia-cudnn-cu13");
  EXPECT_EQ(by_name.at("cublaslt")->version, version_of(observed, "cublas"));
}

TEST(RealInstall, ALibraryOfNoWheelTellsItsVersionItself) {
  // As in an image whose toolkit was unpacked by hand: no RECORD, no version in the names.
  const auto nvidia = full_install(machine_with({})).root.parent_path() / "nvidia";
  const auto told = [&](const std::string& from, const std::string& name) {
    const auto version = version_of_file(*known_library(name), nvidia / from / name);
    return version ? version->version : "none";
  };
  EXPECT_EQ(told("cudnn/lib", "libcudnn_graph.so.9"), "9.19.0");
  EXPECT_EQ(told("cudnn/lib", "libcudnn_ops.so.9"), "9.19.0");
  EXPECT_EQ(told("cudnn/lib", "libcudnn_adv.so.9"), "9.19.0");
  EXPECT_EQ(told("cudnn/lib", "libcudnn_cnn.so.9"), "none");
  EXPECT_EQ(told("nccl/lib", "libnccl.so.2"), "2.28.9");
  EXPECT_EQ(told("nvshmem/lib", "libnvshmem_host.so.3"), "3.4.5");
  EXPECT_EQ(told("cu13/lib", "libnvrtc.so.13"), "13.0.88");
  EXPECT_EQ(told("cu13/lib", "libnvJitLink.so.13"), "13.0.88");
  EXPECT_EQ(told("cu13/lib", "libcupti.so.13"), "none");  // its text is of another program's version
}

TEST(StrayCudnn, APartOfAnotherVersionTellsSo) {
  const Decoys folder("/", {}, false);
  fs::copy_file(CUDNN_OPS, folder.folder() / "libcudnn_ops.so.9");
  const auto observed =
      observe_at(machine_with({{"LD_LIBRARY_PATH", folder.folder().string()}}), wheels() / "python-2.11.0");
  std::map<std::string, std::string> versions;
  for (const auto& library : observed.cuda_libraries) versions[library.component] = library.version;
  EXPECT_EQ(versions["cudnn"], "9.19.0.56");
  EXPECT_EQ(versions["cudnn_graph"], "9.19.0.56");
  EXPECT_EQ(versions["cudnn_ops"], "9.10.2");
}

TEST(WouldLoad, IsWhatPythonMapsWhereDecoysStandInTheWay) {
  const auto plain = machine_with({});
  const auto install = full_install(plain);
  const auto nvidia = install.root.parent_path() / "nvidia";
  const Decoys toolkit(nvidia / "cu13/lib", {"libcudart.so.13", "libcupti.so.13", "libcufile.so.0"}, false);
  const Decoys cudnn(nvidia / "cudnn/lib", {"libcudnn.so.9"}, false);
  const auto machine = machine_with({{"LD_LIBRARY_PATH", toolkit.folder().string() + ":" + cudnn.folder().string()}});
  std::map<std::string, std::string> mapped;
  std::istringstream lines(python(machine.environment,
                                  "import torch\nfor l in open('/proc/self/maps'):\n  p = l.split()[-1]\n"
                                  "  if '.so' in p: print(p)\n"));
  for (std::string path; lines >> path;) mapped[fs::path(path).filename()] = fs::canonical(path);
  const auto listing = would_load(machine, install);
  EXPECT_EQ(listing.opened, "libtorch.so");
  int compared = 0;
  for (const auto& library : listing.libraries) {
    if (library.name.starts_with("libcudnn_")) continue;  // opened when they are needed, not by import
    ++compared;
    EXPECT_EQ(mapped[library.path.filename()], library.path.string()) << library.name;
  }
  EXPECT_GT(compared, 25);
  EXPECT_THAT(listing.through_library_path, testing::IsEmpty());
}

TEST(WouldLoad, RunsNoCodeOfTheInstallNorOfAnAuditor) {
  const Decoys folder("/", {}, false);
  fs::create_directories(folder.folder() / "libtorch/lib");
  fs::copy_file(TRAP_LIBRARY, folder.folder() / "libtorch/lib/libtorch.so");
  const fs::path sprung = folder.folder() / "sprung";
  auto machine = machine_with({{"TRAP_FILE", sprung.string()},
                               {"LD_AUDIT", TRAP_LIBRARY},
                               {"LD_PRELOAD", TRAP_LIBRARY},
                               {"LD_DEBUG", "all"},
                               {"LD_BIND_NOW", "1"},
                               {"LD_WARN", "yes"}});
  const auto observed = observe_at(machine, folder.folder() / "libtorch");
  ASSERT_TRUE(observed.install);
  ASSERT_FALSE(observed.libraries.empty());
  EXPECT_EQ(observed.libraries.front().name, "libtorch.so");
  EXPECT_FALSE(fs::exists(sprung));
  ASSERT_EQ(observed.knobs.size(), 1U);
  EXPECT_THAT(observed.knobs[0].value, StartsWith(fs::path(TRAP_LIBRARY).filename().string() + "@"));
}

TEST(StrayCudnn, PartsOnTheLibraryPathAreSaidWhileTheVersionStaysTheWheels) {
  const auto install = full_install(machine_with({}));
  const auto own = install.root.parent_path() / "nvidia/cudnn/lib";
  for (const bool other_build : {false, true}) {
    const Decoys stray(own, {"libcudnn_graph.so.9"}, other_build);
    const auto observed =
        observe_at(machine_with({{"LD_LIBRARY_PATH", stray.folder().string()}}), wheels() / "python-2.11.0");
    ASSERT_THAT(ids(observed.findings), Contains("stray-cudnn"));
    const auto finding = std::ranges::find(observed.findings, "stray-cudnn", &Finding::id);
    EXPECT_EQ(finding->severity, other_build ? Finding::Severity::error : Finding::Severity::warning);
    EXPECT_EQ(finding->where, stray.folder().string());
    EXPECT_EQ(version_of(observed, "cudnn"), "9.19.0.56");
    ASSERT_EQ(observed.knobs.size(), 1U);
    EXPECT_THAT(observed.knobs[0].value, StartsWith("libcudnn_graph.so.9@"));
    EXPECT_THAT(observed.knobs[0].value, Not(HasSubstr("/")));
  }
}

TEST(SecondCuda, AnInstallWithoutARunPathTakesWhatStandsInTheWay) {
  // What Debian and source builds look like: libtorch.so finds its CUDA libraries by no run path of its own.
  const auto wheel = full_install(machine_with({})).root.parent_path() / "nvidia/cu13/lib";
  const Decoys own("/", {}, false);
  fs::create_directories(own.folder() / "lib");
  fs::copy_file(NEEDS_CUDART, own.folder() / "lib/libtorch.so");
  fs::copy_file(wheel / "libcudart.so.13", own.folder() / "lib/libcudart.so.13");
  const Decoys other(wheel, {"libcudart.so.13"}, true);
  const auto observed = observe_at(machine_with({{"LD_LIBRARY_PATH", other.folder().string()}}), own.folder());
  EXPECT_THAT(ids(observed.findings), Contains("second-cuda"));
  EXPECT_THAT(
      ids(observe_at(machine_with({{"LD_LIBRARY_PATH", (own.folder() / "lib").string()}}), own.folder()).findings),
      Not(Contains("second-cuda")));
}

TEST(BadInstall, ALibraryThatIsNowhereIsNamed) {
  const Decoys folder("/", {}, false);
  fs::create_directories(folder.folder() / "lib");
  for (const char* name : {"libtorch.so", "libtorch_cpu.so"})
    fs::copy_file(NEEDS_NOWHERE, folder.folder() / "lib" / name);
  const auto observed = observe_at(machine_with({}), folder.folder());
  const auto finding = std::ranges::find(observed.findings, "torch-does-not-open", &Finding::id);
  ASSERT_NE(finding, observed.findings.end());
  EXPECT_THAT(finding->what, HasSubstr("libtorch_cpu.so needs libcudart.so.nowhere, which is nowhere"));
}

TEST(BadInstall, ALoaderThatIsNotThereIsNoAnswerAndNoCrash) {
  auto machine = machine_with({});
  machine.loader = "/no/such/loader";
  const auto listing = would_load(machine, full_install(machine));
  EXPECT_THAT(listing.failure, HasSubstr("/no/such/loader"));
  EXPECT_TRUE(listing.libraries.empty());
}

}  // namespace
}  // namespace envguard::detect
