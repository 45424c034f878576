#include "manifest/manifest.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "manifest/store.hpp"

namespace envguard::manifest {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Manifest sample() {
  Manifest manifest;
  manifest.environment = "train";
  manifest.inputs = {{"envguard.toml", std::string(40, 'a')}};
  manifest.measured = Time(std::chrono::seconds(1'800'000'000));
  manifest.cache_for = 12h;
  manifest.outcome = "match";
  manifest.line = "envguard: match";
  return manifest;
}

class ManifestFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "envguard-manifest-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    put("proc/sys/kernel/osrelease", "6.1.0\n");
    put("proc/cpuinfo", "model name\t: A CPU\nmicrocode\t: 0x1\n\nprocessor\t: 1\n");
    put("etc/ld.so.cache", "c");
    put("lib", "x");
    machine.proc = folder / "proc";
    machine.sys = folder / "sys";
    machine.etc = folder / "etc";
    machine.environment = {{"PATH", "/usr/bin"}};
  }
  void TearDown() override { fs::remove_all(folder); }

  void put(const fs::path& path, const std::string& text) {
    fs::create_directories((folder / path).parent_path());
    std::ofstream(folder / path) << text;
  }
  State state() { return look(machine, {.sightings = {{folder / "lib", true}, {folder / "none", false}}}); }
  static Time later() { return std::chrono::system_clock::now() + 10s; }

  fs::path folder;
  model::Machine machine;
};

RC_GTEST_PROP(ManifestText, ReadsBackWhateverItHolds,
              (const std::string& path, const std::string& text, std::int64_t number)) {
  Manifest manifest = sample();
  manifest.environment = text;
  manifest.inputs.emplace_back(path, "id");
  manifest.state.files = {{path, Identity{1, 2, 3, number, -number}},
                          {path + "/absent", std::nullopt},
                          {path + "/link", Identity{4, 5, 6, -number, number}, true}};
  manifest.state.variables = {{path, text}};
  manifest.state.machine = {{text, path}};
  manifest.line = text;
  manifest.text = text + "\n" + path;
  manifest.exit_code = 8;
  const auto back = parse_manifest(write(manifest));
  RC_ASSERT(back.has_value());
  RC_ASSERT(write(*back) == write(manifest));
  RC_ASSERT(back->state == manifest.state);
  RC_ASSERT(back->inputs == manifest.inputs);
  RC_ASSERT(back->text == manifest.text);
  RC_ASSERT(back->measured == manifest.measured);
  RC_ASSERT(back->cache_for == manifest.cache_for);
}

TEST(ManifestText, AnyOneByteChangedIsDamage) {
  const auto text = write(sample());
  ASSERT_TRUE(parse_manifest(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto damaged = text;
    damaged[i] ^= 1;
    EXPECT_FALSE(parse_manifest(damaged)) << i;
    EXPECT_FALSE(parse_manifest(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(parse_manifest(write(Directory{{}, {"default"}})));
}

TEST_F(ManifestFiles, HoldsWhileNothingChanges) {
  auto manifest = sample();
  manifest.state = state();
  EXPECT_EQ(outdated(manifest, manifest.inputs, machine, manifest.measured + 1h), std::nullopt);
}

TEST_F(ManifestFiles, AgeAndInputs) {
  auto manifest = sample();
  manifest.state = state();
  EXPECT_TRUE(outdated(manifest, manifest.inputs, machine, manifest.measured + 12h));
  EXPECT_FALSE(outdated(manifest, manifest.inputs, machine, manifest.measured + 12h - 1s));
  EXPECT_TRUE(outdated(manifest, manifest.inputs, machine, manifest.measured - 1s));
  EXPECT_TRUE(outdated(manifest, {{"envguard.toml", std::string(40, 'b')}}, machine, manifest.measured));
  EXPECT_TRUE(outdated(manifest, {}, machine, manifest.measured));
}

TEST_F(ManifestFiles, ACardThatFellAsleepIsNoOther) {
  const auto card = [&](const std::string& uuid, const std::string& bios) {
    put("proc/driver/nvidia/gpus/0000:3b:00.0/information",
        "Model: \t\t NVIDIA H200\nGPU UUID: \t " + uuid + "\nVideo BIOS: \t " + bios + "\n");
  };
  put("proc/driver/nvidia/version", "NVRM version: 580.65.06\n");
  card("GPU-1", "96.00");
  const auto awake = state();
  card("GPU-????????", "??.??");
  const auto asleep = state();
  EXPECT_EQ(changed(awake, machine), std::nullopt);
  card("GPU-1", "96.00");
  EXPECT_EQ(changed(asleep, machine), std::nullopt);
  card("GPU-2", "96.00");
  EXPECT_EQ(changed(awake, machine).value_or("nothing"), "other gpu 0000:3b:00.0 GPU UUID");
}

TEST_F(ManifestFiles, EachThingThatChanges) {
  const auto before = state();
  EXPECT_EQ(changed(before, machine), std::nullopt);
  const auto expect_change = [&](const std::string& reason) {
    EXPECT_EQ(changed(before, machine).value_or("nothing"), reason);
  };
  put("none", "x");
  expect_change((folder / "none").string() + " is new");
  fs::remove(folder / "none");
  machine.environment["MKL_CBWR"] = "COMPATIBLE";
  expect_change("the variable MKL_CBWR is not what it was");
  machine.environment.erase("MKL_CBWR");
  put("proc/cpuinfo", "model name\t: A CPU\nmicrocode\t: 0x2\n");
  expect_change("other cpu microcode");
  put("proc/cpuinfo", "model name\t: A CPU\nmicrocode\t: 0x1\n");
  put("proc/sys/kernel/random/boot_id", "b\n");
  expect_change("other boot");
  fs::remove_all(folder / "proc/sys/kernel/random");
  expect_change("nothing");
  fs::resize_file(folder / "etc/ld.so.cache", 9);
  expect_change((folder / "etc/ld.so.cache").string() + " changed");
  fs::remove(folder / "lib");
  expect_change((folder / "etc/ld.so.cache").string() + " changed");
}

TEST_F(ManifestFiles, CompletedByWhatWasMapped) {
  const auto before = state();
  put("mapped", "x");
  const auto done =
      complete(before, machine, {{{"libx.so", folder / "mapped", ""}, {"vdso", "linux-vdso.so.1", ""}}, {}}, later());
  ASSERT_TRUE(done);
  EXPECT_EQ(done->files.size(), before.files.size() + 1);
  EXPECT_NE(done->digest(), before.digest());
  EXPECT_FALSE(complete(before, machine, {{{"libx.so", folder / "gone", ""}}, {}}, later()));
}

TEST_F(ManifestFiles, WhatWasAskedForCountsSetOrNot) {
  machine.environment["HARMLESS"] = "x";
  machine.environment["MKL_MPI_PPN"] = "4";
  const auto done = complete(state(), machine, {{}, {"I_MPI_THREAD_LEVEL", "MKL_MPI_PPN"}}, later());
  ASSERT_TRUE(done);
  EXPECT_EQ(changed(*done, machine), std::nullopt);
  const auto with = [&](const std::string& name, const std::string& value) {
    auto other = machine;
    other.environment[name] = value;
    return changed(*done, other).value_or("nothing");
  };
  EXPECT_EQ(with("I_MPI_THREAD_LEVEL", "1"), "the variable I_MPI_THREAD_LEVEL is not what it was");
  EXPECT_EQ(with("MKL_MPI_PPN", "8"), "the variable MKL_MPI_PPN is not what it was");
  EXPECT_EQ(with("HARMLESS", "y"), "nothing") << "nobody asked for it";
  machine.environment.erase("MKL_MPI_PPN");
  EXPECT_EQ(changed(*done, machine).value_or("nothing"), "the variable MKL_MPI_PPN is not what it was");
}

TEST_F(ManifestFiles, FoldersThatWereSearchedAndLinksOnTheWay) {
  fs::create_directories(folder / "one");
  fs::create_directories(folder / "two");
  fs::create_directory_symlink("one", folder / "current");
  const auto before = look(machine, {.folders = {folder / "one", folder / "absent"}, .links = {folder / "current"}});
  EXPECT_EQ(changed(before, machine), std::nullopt);
  put("one/libgomp.so.1", "x");
  EXPECT_EQ(changed(before, machine).value_or("nothing"), (folder / "one").string() + " changed");
  const auto again = look(machine, {.folders = {folder / "absent"}, .links = {folder / "current"}});
  fs::create_directories(folder / "absent");
  EXPECT_EQ(changed(again, machine).value_or("nothing"), (folder / "absent").string() + " is new");
  fs::remove(folder / "absent");
  fs::remove(folder / "current");
  fs::create_directory_symlink("two", folder / "current");
  EXPECT_EQ(changed(again, machine).value_or("nothing"), (folder / "current").string() + " changed");
}

TEST_F(ManifestFiles, NothingIsKeptOfAStateThatMoved) {
  const auto before = state();
  EXPECT_FALSE(complete(before, machine, {}, std::chrono::system_clock::now() - 1h)) << "its files are younger";
  EXPECT_TRUE(complete(before, machine, {}, later()));
  fs::resize_file(folder / "lib", 7);
  EXPECT_FALSE(complete(before, machine, {}, later()));
}

TEST_F(ManifestFiles, DigestTellsStatesApart) {
  const auto before = state();
  EXPECT_EQ(before.digest(), state().digest());
  machine.environment["OMP_NUM_THREADS"] = "2";
  EXPECT_NE(before.digest(), state().digest());
}

TEST_F(ManifestFiles, StoreKeepsOnePerWorkTreeAndEnvironment) {
  const Store store(folder / "cache", "/top"), other(folder / "cache", "/other");
  auto manifest = sample();
  EXPECT_FALSE(store.find("train"));
  EXPECT_TRUE(store.keep(manifest));
  EXPECT_EQ(store.find("train")->line, manifest.line);
  EXPECT_FALSE(store.find("serve"));
  EXPECT_FALSE(other.find("train"));
  manifest.environment = "../escape";
  EXPECT_FALSE(store.keep(manifest));
  store.drop("train");
  EXPECT_FALSE(store.find("train"));
  EXPECT_FALSE(store.directory());
  EXPECT_TRUE(store.keep(Directory{{{"envguard.toml", "a"}}, {"train", "serve"}}));
  EXPECT_EQ(store.directory()->environments, (std::vector<std::string>{"train", "serve"}));
}

TEST_F(ManifestFiles, StoreWithoutAPlaceKeepsNothing) {
  EXPECT_FALSE(Store({}, "/top").keep(sample()));
  EXPECT_FALSE(Store({}, "/top").find("train"));
  put("file", "x");
  EXPECT_FALSE(Store(folder / "file/cache", "/top").keep(sample()));
}

TEST(HitLine, SaysHowOldInEveryLine) {
  auto manifest = sample();
  manifest.line = "envguard: match (kept verdict, measured {age})\nenvguard: match (kept verdict, measured {age})";
  const auto said = [&](Time now) { return hit_line(manifest, now); };
  EXPECT_EQ(said(manifest.measured + 3h),
            "envguard: match (kept verdict, measured 3 h ago)\nenvguard: match (kept verdict, measured 3 h ago)");
  manifest.line = "measured {age}";
  EXPECT_EQ(said(manifest.measured + 59s), "measured just now");
  EXPECT_EQ(said(manifest.measured + 119s), "measured 1 min ago");
  EXPECT_EQ(said(manifest.measured + 72h), "measured 3 days ago");
}

}  // namespace
}  // namespace envguard::manifest
