#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/key.hpp"

namespace envguard::lockfile {

/// What `init` found, for the policy that it writes.
struct NewPolicy {
  std::string
      python;  ///< the install, relative to the top of the repository; empty: lies elsewhere, so it is not written
  std::string torch;             ///< "2.11.0+cu130"; empty: no PyTorch was found
  std::string install;           ///< where it was found, for people
  std::string python_version;    ///< "3.12.4"; empty: not found
  std::string driver;            ///< "580.65.06"; empty: none
  std::vector<model::Key> keys;  ///< of the devices here, GPU first: one [targets] entry each
};

/// The text of a new `envguard.toml`: every line explained; it reads back with `parse_policy`.
[[nodiscard]] std::string new_policy_text(const NewPolicy& found);

/// The line of `.gitattributes` that keeps evidence out of diffs and merges.
inline constexpr std::string_view git_attributes_line = "envguard.lock.d/**/*.evidence -diff -merge linguist-generated";

}  // namespace envguard::lockfile
