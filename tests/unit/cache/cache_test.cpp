#include "cache/cache.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codec/run.hpp"

namespace envguard::cache {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr base::Hash128 manifest{1, 2};

class Kept : public testing::Test {
 protected:
  Kept() : folder_(testing::TempDir() + "/cache-" + std::to_string(::getpid())) { fs::remove_all(folder_); }
  ~Kept() override { fs::remove_all(folder_); }

  static model::Run run(const std::string& probe = "a.b") {
    model::Run run;
    run.build = "b";
    run.plan.recipe = 1;
    run.plan.probes = {probe};
    run.probes = {{probe, model::ProbeStatus::ok, base::hash128(probe), model::Evidence{}, ""}};
    run.environment = {{"SECRET", "token", "caller"}, {"MKL_DYNAMIC", "FALSE", "profile strict"}};
    return run;
  }

  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> result;
    if (!fs::exists(folder_ / "runs")) return result;
    for (const auto& entry : fs::directory_iterator(folder_ / "runs")) result.push_back(entry.path());
    return result;
  }

  fs::path folder_;
  Cache cache_{folder_};
};

TEST_F(Kept, ARunIsFoundByPlanBuildAndManifest) {
  EXPECT_FALSE(cache_.find(run().plan, "b", manifest));
  cache_.keep(run(), "b", manifest);
  const auto found = cache_.find(run().plan, "b", manifest);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->probes.at(0).hash, run().probes.at(0).hash);
  EXPECT_FALSE(cache_.find(run().plan, "b", {1, 3}));
  EXPECT_FALSE(cache_.find(run().plan, "c", manifest));
  EXPECT_FALSE(cache_.find(run("a.c").plan, "b", manifest));
  EXPECT_EQ(files().size(), 1U) << "no temporary file is left";
}

TEST_F(Kept, NoVariableOfTheCallerIsWritten) {
  cache_.keep(run(), "b", manifest);
  std::ifstream file(files().at(0));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text.find("token"), std::string::npos);
  EXPECT_NE(text.find("MKL_DYNAMIC"), std::string::npos);
  EXPECT_EQ(fs::status(folder_ / "runs").permissions(), fs::perms::owner_all);
}

TEST_F(Kept, OnlyAWholeRunIsKept) {
  auto faulty = run();
  faulty.fault = model::Fault{model::Fault::Kind::crashed, "died", ""};
  cache_.keep(faulty, "b", manifest);
  auto missing = run();
  missing.probes.clear();
  cache_.keep(missing, "b", manifest);
  auto resumed = run();
  resumed.resumed = true;
  cache_.keep(resumed, "b", manifest);
  EXPECT_TRUE(files().empty());
}

TEST_F(Kept, ADamagedRunIsAbsentWhicheverByteItIs) {
  cache_.keep(run(), "b", manifest);
  const auto path = files().at(0);
  const auto size = fs::file_size(path);
  for (std::uintmax_t at = 0; at < size; ++at) {
    std::fstream file(path, std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1));
    file.close();
    EXPECT_FALSE(cache_.find(run().plan, "b", manifest)) << at;
    std::fstream again(path, std::ios::in | std::ios::out);
    again.seekp(static_cast<std::streamoff>(at));
    again.put(byte);
  }
  EXPECT_TRUE(cache_.find(run().plan, "b", manifest));
  fs::resize_file(path, size - 1);
  EXPECT_FALSE(cache_.find(run().plan, "b", manifest));
  fs::resize_file(path, 0);
  EXPECT_FALSE(cache_.find(run().plan, "b", manifest));
}

TEST_F(Kept, ARunUnderAnotherNameIsAbsent) {
  cache_.keep(run(), "b", manifest);
  const auto first = files().at(0);
  cache_.keep(run("a.c"), "b", manifest);
  for (const auto& path : files()) {
    if (path != first) fs::copy_file(first, path, fs::copy_options::overwrite_existing);
  }
  EXPECT_TRUE(cache_.find(run().plan, "b", manifest));
  EXPECT_FALSE(cache_.find(run("a.c").plan, "b", manifest));
}

TEST_F(Kept, AFileThatOthersCanWriteIsAbsent) {
  cache_.keep(run(), "b", manifest);
  fs::permissions(files().at(0), fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(cache_.find(run().plan, "b", manifest));
}

TEST_F(Kept, TheOldGoes) {
  cache_.keep(run(), "b", manifest);
  const auto old = files().at(0);
  fs::last_write_time(old, fs::file_time_type::clock::now() - 24h * 31);
  EXPECT_FALSE(cache_.find(run().plan, "b", manifest));
  cache_.keep(run("a.c"), "b", manifest);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(Kept, TheOldestGoWhenItIsTooMuch) {
  cache_.keep(run(), "b", manifest);
  const auto one = fs::file_size(files().at(0));
  const Cache small(folder_, {.bytes = 3 * one + one / 2, .age = 24h});
  for (int i = 0; i < 5; ++i) {
    for (const auto& path : files()) fs::last_write_time(path, fs::last_write_time(path) - 1h);
    small.keep(run("a." + std::to_string(i)), "b", manifest);
  }
  EXPECT_EQ(files().size(), 3U);
  EXPECT_FALSE(small.find(run("a.1").plan, "b", manifest));
  EXPECT_TRUE(small.find(run("a.2").plan, "b", manifest));
  EXPECT_TRUE(small.find(run("a.4").plan, "b", manifest));
}

TEST_F(Kept, AFolderThatCannotBeMadeIsNoError) {
  std::ofstream(folder_) << "a file";
  EXPECT_NO_THROW(cache_.keep(run(), "b", manifest));
  EXPECT_FALSE(cache_.find(run().plan, "b", manifest));
  EXPECT_FALSE(Cache("").find(run().plan, "b", manifest));
}

TEST_F(Kept, ManyWritersLeaveOneWholeEntry) {
  const auto run_of = [](int writer) {
    auto one = run();
    one.output = std::string(100'000, static_cast<char>('a' + writer));
    return one;
  };
  std::vector<pid_t> writers;
  for (int i = 0; i < 4; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (int n = 0; n < 10; ++n) cache_.keep(run_of(i), "b", manifest);
      ::_exit(0);
    }
    writers.push_back(pid);
  }
  for (const auto pid : writers) {
    while (::waitpid(pid, nullptr, WNOHANG) == 0) {
      const auto found = cache_.find(run().plan, "b", manifest);
      EXPECT_EQ(found ? found->output : "", found ? std::string(100'000, found->output.front()) : "");
    }
  }
  EXPECT_TRUE(cache_.find(run().plan, "b", manifest));
  EXPECT_EQ(files().size(), 1U);
}

}  // namespace
}  // namespace envguard::cache
