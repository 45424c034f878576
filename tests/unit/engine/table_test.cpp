#include "engine/probes/table.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "recipe/table.hpp"

namespace envguard::engine::probes {
namespace {

TEST(Table, EveryUnitOfTheRecipeHasCode) {
  for (const recipe::Unit& unit : recipe::units()) EXPECT_NE(find_code(unit.id), nullptr) << unit.id;
}

TEST(Table, EveryCodeBelongsToAUnitOfTheRecipe) {
  for (const UnitCode& code : unit_codes()) EXPECT_NE(recipe::find_unit(code.unit), nullptr) << code.unit;
}

TEST(Table, EveryUnitHasOneCode) {
  std::set<std::string_view> seen;
  for (const UnitCode& code : unit_codes()) EXPECT_TRUE(seen.insert(code.unit).second) << code.unit;
}

}  // namespace
}  // namespace envguard::engine::probes
