#pragma once

#include <string>

#include "cli/call.hpp"
#include "runner/runner.hpp"

namespace envguard::cli {

/// What is being measured, on standard error: one line that rewrites itself on a terminal, a line a process with -v,
/// nothing otherwise. It is gone before the result is printed.
class ProgressLine {
 public:
  explicit ProgressLine(const Call& call);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `what`: "run 2" and the like, shown before the probes.
  void start(const std::string& what);
  void show(const runner::Progress& progress);
  void clear();

 private:
  std::ostream& err_;
  bool live_, log_;
  int width_;
  std::string what_;
  int shown_percent_ = -1;
  bool drawn_ = false;
};

}  // namespace envguard::cli
