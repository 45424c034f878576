#include "base/files.hpp"

#include <csignal>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace envguard::base {
namespace {

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "envguard-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& name, std::string_view text) const { std::ofstream(folder_ / name) << text; }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }

  std::filesystem::path folder_;
};

TEST_F(Files, ReadsWholeFilesAndTellsAbsenceApart) {
  put("a", "text");
  EXPECT_EQ(read_file(folder_ / "a", 4), "text");
  EXPECT_FALSE(read_file(folder_ / "missing", 4));
  EXPECT_FALSE(read_file(folder_ / "a" / "below-a-file", 4));
  EXPECT_TRUE(read_file("/proc/version", 4096)->starts_with("Linux"));
}

TEST_F(Files, RefusesWhatIsTooLargeOrNoFile) {
  put("large", "12345");
  EXPECT_THROW(static_cast<void>(read_file(folder_ / "large", 4)), Error);
  try {
    static_cast<void>(read_file(folder_, 4, ExitCode::lock_unreadable));
    FAIL() << "a directory was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::lock_unreadable);
    EXPECT_EQ(error.place(), folder_.string());
    EXPECT_NE(error.next(), "");
  }
}

TEST_F(Files, ReplacesAllOrLeavesAll) {
  put("one", "old one");
  {
    AtomicFiles files;
    files.add(folder_ / "one", "new one");
    files.add(folder_ / "sub" / "two", "new two");
    EXPECT_EQ(read_file(folder_ / "one", 64), "old one");
    files.commit();
  }
  EXPECT_EQ(read_file(folder_ / "one", 64), "new one");
  EXPECT_EQ(read_file(folder_ / "sub" / "two", 64), "new two");
  EXPECT_EQ(count(), 2U);
}

TEST_F(Files, AFailureHalfWayPutsTheOldFilesBack) {
  put("one", "old one");
  std::filesystem::create_directories(folder_ / "three" / "full");
  {
    AtomicFiles files;
    files.add(folder_ / "one", "new one");
    files.add(folder_ / "two", "new two");
    files.add(folder_ / "three", "a folder is there");
    try {
      files.commit();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::could_not_measure);
      EXPECT_EQ(error.place(), (folder_ / "three").string());
      EXPECT_NE(error.message().find("directory"), std::string::npos) << error.message();
      EXPECT_NE(error.next().find("nothing was changed"), std::string::npos);
    }
  }
  EXPECT_EQ(read_file(folder_ / "one", 64), "old one");
  EXPECT_FALSE(read_file(folder_ / "two", 64)) << "it was not there before";
  EXPECT_EQ(count(), 2U);
}

TEST_F(Files, AFolderInTheWayOfTheFirstLeavesAll) {
  std::filesystem::create_directories(folder_ / "one");
  put("two", "old two");
  {
    AtomicFiles files;
    files.add(folder_ / "one", "new one");
    files.add(folder_ / "two", "new two");
    EXPECT_THROW(files.commit(), Error);
  }
  EXPECT_EQ(read_file(folder_ / "two", 64), "old two");
  EXPECT_EQ(count(), 2U);
}

TEST_F(Files, LeavesNoTemporaryFileWhenItWasNotCommitted) {
  {
    AtomicFiles files;
    files.add(folder_ / "one", "text");
    EXPECT_EQ(count(), 1U);
  }
  EXPECT_EQ(count(), 0U);
}

TEST_F(Files, AFullDiskLeavesTheOldFile) {
  put("one", "old one");
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before{};
  ::sigaction(SIGXFSZ, &ignore, &before);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{16, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  try {
    AtomicFiles files;
    files.add(folder_ / "one", std::string(64, 'x'));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::could_not_measure);
    EXPECT_NE(error.next(), "");
  }
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::sigaction(SIGXFSZ, &before, nullptr);
  EXPECT_EQ(read_file(folder_ / "one", 64), "old one");
  EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace envguard::base
