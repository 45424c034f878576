#include "lockfile/pair.hpp"

#include <csignal>
#include <filesystem>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "lockfile/evidence.hpp"
#include "lockfile/lock.hpp"

#include "sample_lock.hpp"

namespace envguard::lockfile {
namespace {

namespace fs = std::filesystem;

/// A folder that holds the pair of the sample lock; "new" is a pair that differs from it.
class Pair : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "envguard-pair.XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  static SealedLock newer() {
    model::Lock lock = sample_lock();
    lock.strict[0].second = "unsupported";
    return seal(lock, sample_evidence(lock));
  }

  /// Runs `work` in a child, where limits and mounts harm nobody; its exit status.
  static int in_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// A small tmpfs in place of the folder, seen by this process alone; false where that is not allowed.
  [[nodiscard]] bool mount_here(const char* options) const {
    return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, options) == 0;
  }

  /// 0: refused with the right error and nothing of the folder changed.
  [[nodiscard]] int refused_and_untouched(const fs::path& folder) const {
    const auto [old_lock, old_evidence] = sample_pair();
    const auto [lock, evidence] = newer();
    try {
      write_pair(folder, lock, evidence);
      return 1;
    } catch (const base::Error& error) {
      if (error.code() != base::ExitCode::could_not_measure || error.next().empty()) return 2;
    }
    if (std::distance(fs::directory_iterator(folder), fs::directory_iterator()) != 2) return 3;
    if (base::read_file(folder / "cpu-amd-25-97.toml", 1U << 20U) != write_lock(old_lock)) return 4;
    return base::read_file(folder / "cpu-amd-25-97.evidence", 1U << 20U) == old_evidence ? 0 : 5;
  }

  static void write_sample(const fs::path& folder) {
    const auto [lock, evidence] = sample_pair();
    write_pair(folder, lock, evidence);
  }

  fs::path folder_;
};

TEST_F(Pair, IsWrittenAndReadBack) {
  const auto place = folder_ / "envguard.lock.d" / "train";
  write_sample(place);
  const auto text = base::read_file(place / "cpu-amd-25-97.toml", 1U << 20U);
  const auto lock = parse_lock(text.value(), "cpu-amd-25-97.toml");
  const auto evidence = check_evidence(lock, base::read_file(place / "cpu-amd-25-97.evidence", 1U << 20U), "T");
  EXPECT_TRUE(std::holds_alternative<model::EvidenceTable>(evidence));
  EXPECT_EQ(std::distance(fs::directory_iterator(place), fs::directory_iterator()), 2) << "no temporary file stays";
}

TEST_F(Pair, StaysWholeWhereFilesMayNotGrow) {
  write_sample(folder_);
  // Room for a part of the evidence; then for all of it, and not for the lock.
  EXPECT_LT(write_lock(newer().lock).size(), 2000U);
  for (const rlim_t limit : {rlim_t{0}, rlim_t{500}, rlim_t{1500}}) {
    EXPECT_EQ(in_child([&] {
                ::signal(SIGXFSZ, SIG_IGN);
                const rlimit least{limit, limit};
                return ::setrlimit(RLIMIT_FSIZE, &least) == 0 ? refused_and_untouched(folder_) : 9;
              }),
              0)
        << limit;
  }
}

TEST_F(Pair, StaysWholeOnAFullDisk) {
  EXPECT_EQ(in_child([&] {
              // Where mounting is not allowed, the limit above is the disk that is full.
              if (!mount_here("size=12k")) return 0;
              write_sample(folder_);
              return refused_and_untouched(folder_);
            }),
            0);
}

TEST_F(Pair, StaysWholeOnAReadOnlyDisk) {
  EXPECT_EQ(in_child([&] {
              const bool mounted = mount_here("");
              write_sample(folder_);
              if (mounted) {
                if (::mount("none", folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 9;
              } else {
                if (::geteuid() == 0) return 0;  // who is root and may not mount writes everywhere
                fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
              }
              const int result = refused_and_untouched(folder_);
              if (!mounted) fs::permissions(folder_, fs::perms::owner_all);
              return result;
            }),
            0);
}

TEST_F(Pair, PutsTheEvidenceBackWhereTheLockCannotBeWritten) {
  const auto [lock, evidence] = newer();
  write_sample(folder_);
  const auto old = base::read_file(folder_ / "cpu-amd-25-97.evidence", 1U << 20U);
  // The lock's rename fails: its place is a folder that is not empty.
  fs::remove(folder_ / "cpu-amd-25-97.toml");
  fs::create_directories(folder_ / "cpu-amd-25-97.toml" / "x");
  EXPECT_THROW(write_pair(folder_, lock, evidence), base::Error);
  EXPECT_TRUE(base::read_file(folder_ / "cpu-amd-25-97.evidence", 1U << 20U) == old);
  EXPECT_FALSE(old == evidence);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace envguard::lockfile
