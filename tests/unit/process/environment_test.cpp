#include "process/environment.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "process/run.hpp"

namespace envguard::process {
namespace {

TEST(Environment, ALaterLayerWinsAndEachValueHasItsOrigin) {
  const auto merged = merge({{"A", "caller"}, {"B", "caller"}, {"C", "caller"}},
                            {{"first", {{"B", "1"}, {"D", "1"}}}, {"second", {{"C", std::nullopt}, {"D", "2"}}}});
  EXPECT_EQ(merged.variables, (model::EnvironmentMap{{"A", "caller"}, {"B", "1"}, {"D", "2"}}));
  ASSERT_EQ(merged.origins.size(), 4U);
  EXPECT_EQ(merged.origins[0].origin, "caller");
  EXPECT_EQ(merged.origins[1].origin, "first");
  EXPECT_EQ(merged.origins[2].name, "C");
  EXPECT_FALSE(merged.origins[2].value);
  EXPECT_EQ(merged.origins[2].origin, "second");
  EXPECT_EQ(merged.origins[3].origin, "second");
}

TEST(Environment, WithoutGitKeepsWhatIsNotOfOneRepository) {
  const model::EnvironmentMap environment{{"GIT_INDEX_FILE", "x"},   {"GIT_DIR", "x"},      {"GIT_CONFIG_KEY_0", "x"},
                                          {"ENVGUARD_TORCH", "x"},   {"GIT_EDITOR", "vi"},  {"GIT_SSH", "ssh"},
                                          {"LD_LIBRARY_PATH", "/x"}, {"ENVGUARD_SKIP", "1"}};
  EXPECT_EQ(without_git(environment),
            (model::EnvironmentMap{{"GIT_EDITOR", "vi"}, {"GIT_SSH", "ssh"}, {"LD_LIBRARY_PATH", "/x"}}));
}

TEST(Environment, LibrariesThatMayBeTheRepositorysAreLeftOut) {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "envguard-environment-XXXXXX").string();
  const fs::path folder = fs::canonical(::mkdtemp(pattern.data()));
  fs::create_directories(folder / "repository/.git");
  fs::create_directories(folder / "repository/lib");
  fs::create_directory_symlink(folder / "repository/lib", folder / "link");
  const auto at = [&](const char* path) { return (folder / path).string(); };
  const auto kept = without_repository_libraries(
      {{"LD_LIBRARY_PATH", at("repository/lib") + ":/usr/lib:" + at("link") + ";lib::/opt/lib"},
       {"LD_PRELOAD", "libx.so " + at("repository/libx.so") + ":/usr/lib/liby.so"},
       {"LD_AUDIT", at("repository/lib/absent.so")},
       {"PATH", at("repository/bin")}});
  EXPECT_EQ(kept, (model::EnvironmentMap{{"LD_LIBRARY_PATH", "/usr/lib:/opt/lib"},
                                         {"LD_PRELOAD", "/usr/lib/liby.so"},
                                         {"PATH", at("repository/bin")}}));
  fs::remove_all(folder);
}

TEST(Environment, EveryLocalVariableOfThisGitIsKnown) {
  Command command;
  command.argv = {"git", "rev-parse", "--local-env-vars"};
  command.environment = {{"PATH", std::getenv("PATH")}};
  const auto result = run(command);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  int known = 0;
  for (const auto name : base::split(base::trim(result.out), '\n')) {
    EXPECT_TRUE(is_git_local(name)) << name;
    ++known;
  }
  EXPECT_GT(known, 10);
}

}  // namespace
}  // namespace envguard::process
