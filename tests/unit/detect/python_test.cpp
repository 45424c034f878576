#include "detect/python.hpp"

#include <gtest/gtest.h>

#include "detect/install.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

std::string version_of(const Tree& tree, const std::string& path) {
  const auto located = install_at(tree.machine, tree / path, "test");
  return located.install ? located.install->version : "none";
}

std::string python_of(const Tree& tree, const std::string& path) {
  const auto located = install_at(tree.machine, tree / path, "test");
  Search search;
  const auto facts = python(search, located.install.value());
  return facts.components.empty() ? "none" : facts.components[0].version + " " + facts.components[0].origin;
}

TEST(Install, EveryKindOfPathLeadsToTheSamePackage) {
  Tree tree(
      "-- venv/pyvenv.cfg --\nhome = @/usr/bin\nversion = 3.12.4\n-- usr/bin/python3.12 * --\n"
      "-- venv/bin/python -> @/usr/bin/python3.12 --\n-- venv/bin/python3 -> python --\n" +
      torch_in("venv/lib/python3.12/site-packages", "2.11.0"));
  for (const char* path : {"venv", "venv/", "venv/bin/python", "venv/lib/python3.12/site-packages",
                           "venv/lib/python3.12/site-packages/torch", "venv/bin/../lib/python3.12/site-packages"}) {
    const auto located = install_at(tree.machine, tree / path, "test");
    ASSERT_TRUE(located.install) << path;
    EXPECT_EQ(tree.plain(located.install->root.string()), "@/venv/lib/python3.12/site-packages/torch") << path;
    EXPECT_EQ(tree.plain(located.install->prefix.string()), "@/venv") << path;
    EXPECT_EQ(tree.plain(located.install->library.string()), "@/venv/lib/python3.12/site-packages/torch/lib") << path;
  }
}

TEST(Install, AnInterpreterSeesItsOwnVersionsPackagesOnly) {
  Tree tree("-- usr/bin/python3.9 * --\n-- usr/bin/python3.12 * --\n" +
            torch_in("usr/lib/python3.9/site-packages", "1.9.0") +
            torch_in("usr/lib/python3.12/site-packages", "2.12.0"));
  EXPECT_EQ(version_of(tree, "usr/bin/python3.9"), "1.9.0");
  EXPECT_EQ(version_of(tree, "usr/bin/python3.12"), "2.12.0");
}

TEST(Install, TheUsersOwnPackagesComeBeforeTheSystems) {
  Tree tree("-- usr/bin/python3.12 * --\n" + torch_in("usr/lib/python3/dist-packages", "2.6.0") +
            torch_in("home/.local/lib/python3.12/site-packages", "2.11.0"));
  EXPECT_EQ(version_of(tree, "usr/bin/python3.12"), "2.11.0");
  tree.machine.environment["PYTHONNOUSERSITE"] = "1";
  EXPECT_EQ(version_of(tree, "usr/bin/python3.12"), "2.6.0");
}

TEST(Install, AVenvInheritsOnlyWhereItSaysSo) {
  const std::string text = "-- usr/bin/python3.12 * --\n-- venv/lib/python3.12/site-packages/ --\n" +
                           torch_in("usr/local/lib/python3.12/dist-packages", "2.11.0");
  Tree closed(text + "-- venv/pyvenv.cfg --\nhome = @/usr/bin\ninclude-system-site-packages = false\n");
  EXPECT_EQ(version_of(closed, "venv"), "none");
  Tree open(text + "-- venv/pyvenv.cfg --\nhome = @/usr/bin\ninclude-system-site-packages = true\n");
  EXPECT_EQ(version_of(open, "venv"), "2.11.0");
}

TEST(Install, LeftoversOfATorchAreNoTorch) {
  Tree tree(
      "-- venv/lib/python3.12/site-packages/torch/__pycache__/ --\n"
      "-- other/lib/python3.12/site-packages/torch/version.py --\nnothing = 1\n");
  EXPECT_EQ(version_of(tree, "venv"), "none");
  EXPECT_EQ(version_of(tree, "other"), "none");
}

TEST(Install, ALibTorchFolderNamesItsVersionOneWayOrTheOther) {
  Tree tree(
      "-- zip/lib/libtorch.so --\n-- zip/build-version --\n2.11.0+cpu\n-- built/lib/libtorch.so --\n"
      "-- built/share/cmake/Torch/TorchConfigVersion.cmake --\nset(PACKAGE_VERSION \"2.10.0\")\n-- "
      "bare/lib/libtorch.so --\n");
  EXPECT_EQ(version_of(tree, "zip"), "2.11.0+cpu");
  EXPECT_EQ(version_of(tree, "built"), "2.10.0");
  EXPECT_EQ(version_of(tree, "bare"), "");
  EXPECT_EQ(install_at(tree.machine, tree / "zip", "").install->kind, model::Install::Kind::libtorch);
}

TEST(Install, CondaKeepsTheLibrariesInThePrefix) {
  Tree tree(
      "-- conda/lib/libtorch.so --\n-- conda/lib/python3.12/site-packages/torch/version.py --\n__version__ = "
      "'2.11.0'\n");
  EXPECT_EQ(tree.plain(install_at(tree.machine, tree / "conda", "").install->library.string()), "@/conda/lib");
}

TEST(Python, TheVersionComesFromTheNearestText) {
  Tree tree("-- venv/pyvenv.cfg --\nversion_info = 3.12.4\n-- conda/conda-meta/python-3.11.7-h955ad1f_0.json --\n" +
            torch_in("venv/lib/python3.12/site-packages", "1") + torch_in("conda/lib/python3.11/site-packages", "1") +
            torch_in("built/lib/python3.13t/site-packages", "1") + torch_in("plain/lib/python3.10/site-packages", "1") +
            torch_in("bare", "1") +
            "-- built/include/python3.13t/patchlevel.h --\n#define PY_VERSION      \t\"3.13.0\"\n");
  EXPECT_EQ(python_of(tree, "venv"), "3.12.4 pyvenv.cfg");
  EXPECT_EQ(python_of(tree, "conda"), "3.11.7 conda-meta");
  EXPECT_EQ(python_of(tree, "built"), "3.13.0 patchlevel.h");
  EXPECT_EQ(python_of(tree, "plain"), "3.10 name of lib/python3.10");
  EXPECT_EQ(python_of(tree, "bare"), "none");
}

}  // namespace
}  // namespace envguard::detect
