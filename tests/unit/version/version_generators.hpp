#pragma once

#include <string>
#include <utility>

#include <rapidcheck.h>

#include "version/pep440.hpp"

namespace envguard::version {

/// Versions from so few numbers and words that equal and neighbouring ones are common.
inline rc::Gen<Pep440> generate_version() {
  const auto part = [](std::vector<std::string> choices) { return rc::gen::elementOf(std::move(choices)); };
  return rc::gen::apply(
      [](const std::string& epoch, const std::string& release, const std::string& pre, const std::string& post,
         const std::string& dev,
         const std::string& local) { return Pep440::parse(epoch + release + pre + post + dev + local).value(); },
      part({"", "", "", "0!", "1!"}), part({"0", "1", "1.0", "1.0.0", "1.1", "1.1.1", "2", "10.2"}),
      part({"", "", "a0", "a1", "b1", "rc1", "rc2"}), part({"", "", ".post0", ".post1", "-2"}),
      part({"", "", ".dev0", ".dev1"}), part({"", "", "+1", "+10", "+cu130", "+cu130.1", "+cpu", "+cu.130"}));
}

}  // namespace envguard::version
