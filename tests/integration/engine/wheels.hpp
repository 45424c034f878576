#pragma once

#include <string>
#include <vector>

#include "codec/protocol.hpp"
#include "model/machine.hpp"
#include "model/run.hpp"
#include "runner/runner.hpp"

namespace envguard::engine::test {

/// A wheel that ci/fetch-torch put into the cache folder. A wheel that is not there fails the test.
[[nodiscard]] model::Install wheel(const std::string& version);
/// The venv with all of torch 2.11.0, CUDA libraries included.
[[nodiscard]] std::filesystem::path venv();
[[nodiscard]] model::Install venv_torch();

/// This process' variables, without those that move numerics.
[[nodiscard]] model::EnvironmentMap plain_environment();

[[nodiscard]] std::vector<std::string> cpu_ladder();
[[nodiscard]] model::Plan plan_for(const model::Install& install, const std::vector<std::string>& probes);

/// One engine process, through the product's own runner.
[[nodiscard]] model::Run measure(const model::Plan& plan, const runner::Watch& watch = {},
                                 const runner::Variables& variables = {});

/// What an engine that was started by hand answered.
struct Conversation {
  std::vector<codec::Line> lines;
  std::string printed;
  int status = -1;  ///< exit status; -1: a signal ended it

  template <class Line>
  [[nodiscard]] const Line* find() const {
    for (const auto& line : lines) {
      if (const auto* found = std::get_if<Line>(&line)) return found;
    }
    return nullptr;
  }
};

/// Starts the engine in `directory` with this text on descriptor 0.
[[nodiscard]] Conversation talk(const std::vector<std::string>& arguments, const std::string& plan,
                                const std::filesystem::path& directory = "/");
/// The arguments with which envguard starts it.
[[nodiscard]] std::vector<std::string> spoken();

}  // namespace envguard::engine::test
