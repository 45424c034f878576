// doctor's text and JSON on machines that lie in fixtures/machines. After a wanted change:
//   ENVGUARD_WRITE_GOLDEN=1 ctest -R golden, and read the diff.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "codec/observed.hpp"
#include "detect/observe.hpp"
#include "report/doctor.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

/// The same, with the temporary folder written as `@`, before anything is wrapped to a width.
model::Observed placeless(const Tree& tree, model::Observed observed) {
  const auto plain = [&](auto& text) { text = tree.plain(text); };
  if (observed.install) {
    for (auto* path : {&observed.install->root, &observed.install->library, &observed.install->prefix})
      *path = tree.plain(path->string());
  }
  for (auto& component : observed.components) plain(component.origin);
  for (auto& toolkit : observed.toolkits) plain(toolkit.origin);
  for (auto& absence : observed.absent) plain(absence.looked_in);
  for (auto& passed : observed.passed_over) plain(passed);
  for (auto& finding : observed.findings) {
    plain(finding.what);
    plain(finding.where);
    plain(finding.mend);
  }
  return observed;
}

void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("ENVGUARD_WRITE_GOLDEN") != nullptr)
    std::ofstream(std::filesystem::path(ENVGUARD_FIXTURES) / "machines" / name) << text;
  EXPECT_EQ(machine_fixture(name), text) << "fixtures/machines/" << name;
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, DoctorSaysWhatItAlwaysSaid) {
  const std::string name = GetParam();
  Tree tree(machine_fixture("common.tree"));
  tree.add(machine_fixture(name + ".tree"));
  const auto observed = placeless(tree, observe(tree.machine, tree.find(), false));
  expect_golden(name + ".txt", report::doctor_text(observed, {false, 100}));
  expect_golden(name + ".json", codec::write_observed(observed));
}

INSTANTIATE_TEST_SUITE_P(Machines, Golden,
                         testing::Values("no-torch", "wheel-full", "wheel-cpu", "libtorch-zip", "conda", "pixi",
                                         "poetry", "uv", "pyenv", "gpu-driver", "docker-toolkit", "docker-utility",
                                         "docker-no-gpu", "docker-cdi", "docker-wsl", "kubernetes", "apptainer",
                                         "devcontainer", "ngc", "wsl", "host-with-docker"),
                         [](const auto& machine) {
                           std::string name = machine.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace envguard::detect
