#include "detect/pyenv.hpp"

#include <gtest/gtest.h>

#include "tree.hpp"

namespace envguard::detect {
namespace {

constexpr const char* pyenv =
    "cwd @/repo\nset PATH=@/pyenv/shims:@/usr/bin\n"
    "-- pyenv/shims/python3 * --\n#!/usr/bin/env bash\nprogram=\"${0##*/}\"\nexec \"@/pyenv/libexec/pyenv\" exec "
    "\"$program\" \"$@\"\n"
    "-- pyenv/version --\n# the global one\n3.11.7\n"
    "-- pyenv/versions/3.11.7/bin/python3 * --\n-- pyenv/versions/3.12.1/bin/python3 * --\n"
    "-- pyenv/versions/3.12.10/bin/python3 * --\n-- usr/bin/python3 * --\n-- repo/ --\n";

std::string interpreter(Tree& tree) {
  Search search;
  const auto shim = pyenv_shim(tree.machine, search, tree / "pyenv/shims/python3");
  if (!shim) return "none";
  return shim->interpreter.empty() ? "system" : tree.plain(shim->interpreter.string());
}

TEST(Pyenv, TheGlobalVersionIsTheLastResort) {
  Tree tree(pyenv);
  EXPECT_EQ(interpreter(tree), "@/pyenv/versions/3.11.7/bin/python3");
  tree.add("-- repo/.python-version --\n3.12.1\n");
  EXPECT_EQ(interpreter(tree), "@/pyenv/versions/3.12.1/bin/python3");
  tree.machine.environment["PYENV_VERSION"] = "3.11.7:3.12.1";
  EXPECT_EQ(interpreter(tree), "@/pyenv/versions/3.11.7/bin/python3");
}

TEST(Pyenv, AShortVersionIsTheNewestInstalledOne) {
  Tree tree(pyenv);
  tree.machine.environment["PYENV_VERSION"] = "3.12";
  EXPECT_EQ(interpreter(tree), "@/pyenv/versions/3.12.10/bin/python3");
}

TEST(Pyenv, SystemIsTheNextOnPath) {
  Tree tree(pyenv);
  tree.machine.environment["PYENV_VERSION"] = "system";
  EXPECT_EQ(interpreter(tree), "system");
  tree.add(torch_in("usr/lib/python3/dist-packages", "2.6.0"));
  const auto discovery = tree.find();
  ASSERT_TRUE(discovery.install);
  EXPECT_EQ(discovery.install->rule, "python3 on PATH");
}

TEST(Pyenv, WhatIsNotInstalledOrNoShimAnswersNothing) {
  Tree tree(pyenv);
  for (const char* version : {"3.13", "3.11.8", "../../usr"}) {
    tree.machine.environment["PYENV_VERSION"] = version;
    EXPECT_EQ(interpreter(tree), "none") << version;
  }
  Search search;
  EXPECT_FALSE(pyenv_shim(tree.machine, search, tree / "usr/bin/python3"));
}

}  // namespace
}  // namespace envguard::detect
