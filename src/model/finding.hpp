#pragma once

#include <string>

namespace envguard::model {

/// A contradiction that `doctor` knows.
struct Finding {
  enum class Severity { note, warning, error };
  Severity severity = Severity::note;
  std::string id;        ///< stable, kebab-case: "stray-cudnn"
  std::string what;      ///< one sentence about this machine
  std::string where;     ///< the file or variable
  std::string mend;      ///< what to type or to change; words where it begins with #
  std::string rule{};    ///< the rule of src/knowledge that it rests on: "cuda-driver-floor"; empty: none, a plain fact
  std::string source{};  ///< where that rule is from: a document, a repository, a measurement
  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace envguard::model
