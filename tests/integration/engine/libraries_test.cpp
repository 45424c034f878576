// The engine loads what `import torch` loads, whatever LD_LIBRARY_PATH offers.
#include "detect/libraries.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "detect/discovery.hpp"
#include "detect/observe.hpp"
#include "process/run.hpp"

#include "wheels.hpp"

namespace envguard::engine {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Maps = std::map<std::string, std::string>;

/// Whether a file belongs to PyTorch or CUDA rather than to the system or Python.
bool is_of_interest(const std::string& name) {
  static constexpr std::array beginnings{"libtorch", "libc10", "libcu", "libnv", "libnccl", "libgomp", "libcaffe2"};
  return name.find("torch_python") == std::string::npos &&
         std::any_of(beginnings.begin(), beginnings.end(), [&](const char* start) { return name.starts_with(start); });
}

/// A folder with copies of libraries that the wheels hold, as a CUDA toolkit on LD_LIBRARY_PATH would have them.
class Decoys {
 public:
  explicit Decoys(const model::Install& install)
      : folder_(fs::path(testing::TempDir()) / ("decoys-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    static constexpr std::array wanted{"libcudart.so.13", "libcudnn.so.9",      "libcudnn_graph.so.9",
                                       "libcupti.so.13",  "libnvJitLink.so.13", "libnvrtc.so.13"};
    for (const auto& entry : fs::recursive_directory_iterator(install.root.parent_path() / "nvidia")) {
      const std::string name = entry.path().filename();
      if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) fs::copy_file(entry.path(), folder_ / name);
    }
  }
  ~Decoys() { fs::remove_all(folder_); }
  Decoys(const Decoys&) = delete;
  Decoys& operator=(const Decoys&) = delete;
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

Maps mapped_by_python(const std::string& library_path) {
  process::Command command;
  command.argv = {test::venv() / "bin/python", "-c",
                  "import torch\n"
                  "for line in open('/proc/self/maps'):\n"
                  "    if '/' in line: print('/' + line.rstrip().split('/', 1)[1])"};
  command.environment = test::plain_environment();
  command.environment["LD_LIBRARY_PATH"] = library_path;
  command.deadline = 300s;
  const auto result = process::run(command);
  EXPECT_TRUE(result.ok()) << result.err;
  Maps maps;
  for (const auto line : base::split(result.out, '\n')) {
    const fs::path file(line);
    if (is_of_interest(file.filename())) maps[file.filename()] = file;
  }
  return maps;
}

Maps mapped_by_engine(const std::string& library_path) {
  const model::Install install = test::venv_torch();
  model::Plan plan = test::plan_for(install, {"blas.gemm_f32_16x16x16"});
  plan.preload = detect::preloads(install);
  const model::Run run = test::measure(plan, {}, {{"LD_LIBRARY_PATH", library_path}});
  EXPECT_TRUE(run.whole()) << run.output;
  Maps maps;
  for (const model::Library& library : run.libraries) {
    if (is_of_interest(library.path.filename())) maps[library.path.filename()] = library.path;
  }
  return maps;
}

TEST(Libraries, AreThoseOfImportTorch) {
  const Maps engine = mapped_by_engine("");
  EXPECT_GT(engine.size(), 20U);
  EXPECT_EQ(engine, mapped_by_python(""));
}

TEST(Libraries, AnswerTheFirstPartsOfTheirWheelsVersions) {
  model::Machine machine;
  machine.directory = "/";
  machine.loader = "/no/loader";
  const auto found = detect::find_install(machine, {test::venv().string(), nullptr, {}});
  const auto installed = detect::observe(machine, found, false);
  model::Plan plan = test::plan_for(test::venv_torch(), {"blas.gemm_f32_16x16x16"});
  plan.preload = detect::preloads(test::venv_torch());
  const model::Run run = test::measure(plan, {}, {});
  std::vector<std::string> asked;
  for (const auto& loaded : run.versions) {
    asked.push_back(loaded.name);
    const auto* component = installed.component(loaded.name);
    ASSERT_NE(component, nullptr) << loaded.name;
    EXPECT_THAT(component->version + ".", testing::StartsWith(loaded.version + ".")) << loaded.origin;
  }
  EXPECT_THAT(asked, testing::ElementsAre("cuda", "cudnn", "nccl", "cublas", "nvrtc", "cufft", "curand", "cusolver",
                                          "cusparse", "cusparselt", "nvjitlink"));
}

TEST(Libraries, AreThoseOfImportTorchBesideAnotherToolkit) {
  const Decoys decoys(test::venv_torch());
  const std::string library_path = decoys.folder();
  EXPECT_FALSE(fs::is_empty(decoys.folder()));
  EXPECT_EQ(mapped_by_engine(library_path), mapped_by_python(library_path));
}

}  // namespace
}  // namespace envguard::engine
