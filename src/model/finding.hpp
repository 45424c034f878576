#pragma once

#include <string>

namespace envguard::model {

/// A contradiction that `doctor` knows.
struct Finding {
  enum class Severity { note, warning, error };
  Severity severity = Severity::note;
  std::string id;     ///< stable, kebab-case: "stray-cudnn"
  std::string what;   ///< one sentence
  std::string where;  ///< the file or variable
  std::string mend;   ///< what to type or to change
};

}  // namespace envguard::model
