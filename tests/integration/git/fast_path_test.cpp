// A kept match ends the hook at once; anything that it rested on and that is not the same starts `envguard hook run`.

#include "hook/fast_path.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "manifest/store.hpp"
#include "repository/hooks.hpp"

#include "scratch.hpp"

namespace envguard::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class FastPath : public ::testing::Test {
 protected:
  void SetUp() override {
    top = scratch.repository("project", "one");
    rests_on = scratch.folder() / "library";
    write(rests_on, "bits");
    scratch.environment["ENVGUARD_PROBE_RESTS_ON"] = rests_on.string();
    repository::install_hooks(repository::Repository::open(top, scratch.environment), installed.hook);
  }

  // A commit of nothing: what the hook printed, and whether `envguard hook run` was started.
  bool starts(std::vector<std::string> options = {"--allow-empty"}) {
    options.insert(options.begin(), {"commit", "-q", "-m", "x"});
    const auto result = scratch.try_git(top, std::move(options));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    said = result.err;
    return probe.take().has_value();
  }

  // Keeps a verdict of this outcome, as the slow path does, and lets it be asked for from then on.
  void keep(const std::string& outcome) {
    scratch.environment["ENVGUARD_PROBE_KEEP"] = outcome;
    EXPECT_TRUE(starts());
    scratch.environment.erase("ENVGUARD_PROBE_KEEP");
  }

  Scratch scratch;
  Installed installed{scratch.folder() / "installed"};
  Probe probe{scratch};
  fs::path top, rests_on;
  std::string said;
};

TEST_F(FastPath, AKeptMatchEndsTheHookInOneLine) {
  EXPECT_TRUE(starts()) << "nothing is kept yet";
  keep("match");
  EXPECT_FALSE(starts());
  EXPECT_EQ(said, "envguard: match: default; measured just now\n");
}

TEST_F(FastPath, OtherFilesMayChange) {
  keep("match");
  write(top / "train.py", "x\n");
  scratch.git(top, {"add", "-A"});
  EXPECT_FALSE(starts({}));
}

TEST_F(FastPath, AnythingElseThanMatchIsForTheSlowPath) {
  keep("numeric-drift");
  EXPECT_TRUE(starts());
}

TEST_F(FastPath, AStagedLockOrPolicyCounts) {
  keep("match");
  write(top / lock_path, "two\n");
  EXPECT_FALSE(starts()) << "not staged";
  EXPECT_TRUE(starts({"-a"}));
  keep("match");
  write(top / "envguard.toml", "schema = 1\n# other\n");
  EXPECT_TRUE(starts({"-a"}));
  keep("match");
  write(top / "envguard.lock.d/default/gpu.toml", "new\n");
  scratch.git(top, {"add", "-A"});
  EXPECT_TRUE(starts({}));
  keep("match");
  write(top / "pyproject.toml", "[project]\nname = \"x\"\n");
  scratch.git(top, {"add", "-A"});
  EXPECT_TRUE(starts({})) << "it could hold a second policy";
  keep("match");
  EXPECT_FALSE(starts());
}

TEST_F(FastPath, FilesThatItRestedOn) {
  const auto absent = rests_on.string() + ".absent";
  const std::vector<std::function<void()>> changes{
      [&] { write(rests_on, "stib"); },
      [&] { fs::remove(rests_on); },
      [&] {
        write(scratch.folder() / "other", "bits");
        fs::rename(scratch.folder() / "other", rests_on);
      },
      [&] { fs::permissions(rests_on, fs::perms(0600)); },
      [&] { write(absent, "now here"); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    fs::remove(absent);
    write(rests_on, "bits");
    keep("match");
    EXPECT_FALSE(starts()) << i;
    usleep(20'000);  // the kernel's clock for file times ticks every 1 to 10 ms
    changes[i]();
    EXPECT_TRUE(starts()) << i;
  }
}

TEST_F(FastPath, VariablesThatItRestedOn) {
  keep("match");
  for (const auto* name : {"ONEDNN_MAX_CPU_ISA", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "ENVGUARD_TORCH"}) {
    scratch.environment[name] = "/somewhere";
    EXPECT_TRUE(starts()) << name;
    scratch.environment.erase(name);
    EXPECT_FALSE(starts()) << name;
  }
  scratch.environment["TERM"] = "other";
  scratch.environment["GIT_TRACE_SETUP"] = "0";
  EXPECT_FALSE(starts());
}

TEST_F(FastPath, InCiNothingKeptCounts) {
  keep("match");
  scratch.environment["CI"] = "true";
  EXPECT_TRUE(starts());
}

TEST_F(FastPath, EveryEnvironmentMustHold) {
  write(top / "envguard.toml", "schema = 1\n[environments.train]\n[environments.serve]\n");
  write(top / "envguard.lock.d/train/cpu.toml", "t\n");
  write(top / "envguard.lock.d/serve/cpu.toml", "s\n");
  scratch.git(top, {"add", "-A"});
  keep("match");
  EXPECT_FALSE(starts());
  EXPECT_THAT(said, HasSubstr("match: train"));
  EXPECT_THAT(said, HasSubstr("match: serve"));
  manifest::Store(manifest::cache_folder(scratch.environment, top), top).drop("serve");
  EXPECT_TRUE(starts());
}

TEST_F(FastPath, DamagedOrForeignManifestsDoNotCount) {
  keep("match");
  const auto cache = manifest::cache_folder(scratch.environment, top);
  fs::path file;
  for (const auto& entry : fs::recursive_directory_iterator(cache))
    if (entry.path().extension() == ".manifest") file = entry.path();
  const auto text = read(file);
  auto damaged = text;
  damaged[text.find("outcome") + 9] ^= 1;
  write(file, damaged);
  EXPECT_TRUE(starts());
  write(file, text.substr(0, text.size() / 2));
  EXPECT_TRUE(starts());
  write(file, text);
  fs::permissions(file, fs::perms(0600));
  EXPECT_FALSE(starts());
  fs::permissions(file, fs::perms(0666));
  EXPECT_TRUE(starts()) << "anyone could have written it";
}

TEST_F(FastPath, AnotherWorkTreeHasItsOwnVerdicts) {
  keep("match");
  const auto first = top;
  top = scratch.folder() / "linked";
  scratch.git(first, {"worktree", "add", "-q", "-b", "side", top.string()});
  EXPECT_TRUE(starts());
}

TEST_F(FastPath, NoPolicyIsSilent) {
  scratch.git(top, {"rm", "-q", "-r", "--cached", "envguard.toml"});
  EXPECT_FALSE(starts({}));
  EXPECT_EQ(said, "");
  write(top / "pyproject.toml", "[project]\nname = \"x\"\n");
  scratch.git(top, {"add", "pyproject.toml"});
  EXPECT_FALSE(starts({}));
  EXPECT_EQ(said, "");
  write(top / "pyproject.toml", "[tool.envguard]\nschema = 1\n");
  EXPECT_TRUE(starts({"pyproject.toml"}));
}

// The same answer as the slow path's own reading of the index.
TEST_F(FastPath, AgreesWithTheRepositoryAboutPolicy) {
  write(top / "pyproject.toml", "[tool.envguard]\nschema = 1\n");
  const repository::Source index{repository::View::index, {}};
  model::Machine machine;
  machine.environment = scratch.environment;
  machine.directory = top;
  machine.now = std::chrono::system_clock::now;
  const std::vector<std::vector<std::string>> steps{{"rm", "-q", "--cached", "envguard.toml"},
                                                    {"add", "pyproject.toml"},
                                                    {"rm", "-q", "--cached", "pyproject.toml"},
                                                    {"add", "envguard.toml"}};
  std::vector<bool> silent;
  for (const auto& step : steps) {
    scratch.git(top, step);
    const auto policy = repository::Repository::open(top, scratch.environment).policy(index);
    silent.push_back(hook::pass(machine).has_value());
    EXPECT_EQ(silent.back(), !policy.has_value()) << step[0] << " " << step.back();
  }
  EXPECT_THAT(silent, ::testing::ElementsAre(true, false, true, false));
}

}  // namespace
}  // namespace envguard::testing
