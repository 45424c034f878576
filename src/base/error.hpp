#pragma once

#include <array>
#include <exception>
#include <string>
#include <string_view>

namespace envguard::base {

/// Exit codes of `envguard`. This file is their one home: `--help` and the README print this table.
enum class ExitCode : int {
  match = 0,
  version_drift = 1,
  usage = 2,
  lock_unreadable = 3,
  not_judged = 4,
  untrusted = 5,
  could_not_measure = 6,
  unstable = 7,
  numeric_drift = 8,
  interrupted = 130,
};

struct ExitCodeText {
  ExitCode code;
  std::string_view name;     ///< kebab-case, as in JSON: "numeric-drift"
  std::string_view meaning;  ///< one line for people
};

/// Every exit code with its name and meaning, in ascending order.
[[nodiscard]] const std::array<ExitCodeText, 10>& exit_codes();

[[nodiscard]] std::string_view name(ExitCode code);

/// The code that speaks for two findings: what was proven outranks what could not be judged (2 8 7 1 3 5 6 4 0; 130
/// before all).
[[nodiscard]] ExitCode first_of(ExitCode a, ExitCode b);

/// A failure that ends the command: what was wrong, where, what to do next, and the exit code.
/// The leaf that finds it says `what`; a caller that knows the place adds it with `at`; `main` prints it once.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string what, std::string next = {});

  /// Names the place (a path, `index:envguard.toml`, `line 3`); the outermost caller's place comes first.
  Error&& at(std::string_view place) &&;
  Error& at(std::string_view place) &;
  /// Sets the next step where the leaf could not know it; keeps one that is already there.
  Error& next_if_none(std::string_view next);

  [[nodiscard]] ExitCode code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] const std::string& next() const { return next_; }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  void compose();
  ExitCode code_;
  std::string message_, place_, next_, what_;
};

}  // namespace envguard::base
