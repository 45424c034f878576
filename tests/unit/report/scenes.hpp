#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "model/results.hpp"

namespace envguard::report::test {

/// A verdict as a check would find it, with a name that is its golden file's.
struct Scene {
  std::string name;
  model::Verdict verdict;
};

/// GoogleTest's name for it.
inline void PrintTo(const Scene& scene, std::ostream* stream) {
  *stream << scene.name;
}

[[nodiscard]] std::vector<Scene> scenes();

/// Compares with fixtures/verdicts/FILE; with ENVGUARD_UPDATE_GOLDEN set, writes it instead.
void expect_golden(const std::string& file, const std::string& text);

/// The document has the members that src/codec/schema/NAME.schema.json requires, and no other: both ways.
void expect_schema(const std::string& name, const std::string& json);

}  // namespace envguard::report::test
