#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "version/pep440.hpp"

namespace envguard::version {

/// One clause of a specifier: an operator of PEP 440 and a version.
class Specifier {
 public:
  enum class Operator { equal, not_equal, compatible, less, less_equal, greater, greater_equal, arbitrary };

  /// ">=2.10", "==2.11.*", "~=2.11", "===2.11.0+cu130"; Error usage names what is wrong with any other text.
  [[nodiscard]] static Specifier parse(std::string_view text);

  [[nodiscard]] bool contains(const Pep440& version) const;

 private:
  [[nodiscard]] bool exceeds(const Pep440& version) const;
  Operator operator_ = Operator::equal;
  Pep440 version_;
  bool prefix_ = false;    ///< "==2.11.*"
  std::string arbitrary_;  ///< lower case, of "==="
};

/// PEP 440 version specifiers joined by commas, all of which must hold.
/// A pre-release is contained where its order says so: what is asked about is installed, and PEP 440 leaves out
/// pre-releases "unless they are already present on the system" (NGC's torch is "2.8.0a0+5228986c39.nv25.5"). Python's
/// oracle: `packaging`, `SpecifierSet.contains(version, prereleases=True)`.
class SpecifierSet {
 public:
  /// Error usage names the clause that is wrong and what is accepted.
  [[nodiscard]] static SpecifierSet parse(std::string_view text);

  [[nodiscard]] bool contains(const Pep440& version) const;
  [[nodiscard]] const std::string& text() const { return text_; }  ///< as written

 private:
  std::string text_;
  std::vector<Specifier> clauses_;
};

}  // namespace envguard::version
