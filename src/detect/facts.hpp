#pragma once

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "model/observed.hpp"

namespace envguard::detect {

/// What one subject found out. A value that was looked for is in `components` or in `absent`, never in neither.
struct Facts {
  std::vector<model::Component> components;
  std::vector<model::Absence> absent;
  std::vector<std::pair<std::string, std::string>> build;
  std::vector<model::Finding> findings;

  [[nodiscard]] static Facts found(std::string name, std::string version, model::Origin origin) {
    Facts facts;
    facts.components.push_back({std::move(name), std::move(version), std::move(origin)});
    return facts;
  }
  [[nodiscard]] static Facts found(model::Component component) {
    Facts facts;
    facts.components.push_back(std::move(component));
    return facts;
  }
  [[nodiscard]] static Facts not_found(std::string name, std::string looked_in) {
    Facts facts;
    facts.absent.push_back({std::move(name), std::move(looked_in)});
    return facts;
  }

  Facts& operator+=(Facts other) {
    move(other.components, components);
    move(other.absent, absent);
    move(other.build, build);
    move(other.findings, findings);
    return *this;
  }

 private:
  template <typename Value>
  static void move(std::vector<Value>& from, std::vector<Value>& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
};

}  // namespace envguard::detect
