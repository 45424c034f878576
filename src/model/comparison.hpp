#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "model/device.hpp"
#include "model/difference.hpp"
#include "model/observed.hpp"

namespace envguard::model {

/// One side of `compare`: an install, or the install with one knob or flag turned.
struct ComparisonSide {
  std::string name;  ///< "torch 2.11.0+cu130", "MKL_CBWR=COMPATIBLE"
  Install install;
  std::string turned;                 ///< the knob or flag, "MKL_CBWR=COMPATIBLE"; empty: none
  base::Hash128 id{};                 ///< of all its lines; zero where it could not be measured
  std::vector<std::string> unstable;  ///< probes whose two runs differ; they are compared with nothing
  std::string fault;                  ///< why it could not be measured; empty where it was
};

/// Two sides, probe by probe.
struct ComparisonPair {
  std::size_t a = 0, b = 0;          ///< indices of the sides
  std::vector<LayerSummary> layers;  ///< lowest first
  std::vector<MovedProbe> moved;     ///< `locked` is what a computes, `here` what b does
};

/// `compare`: sides of one machine, no lock. The bands are the first side's.
struct Comparison {
  Device device;
  std::string hardware;
  std::vector<ComparisonSide> sides;
  std::vector<ComparisonPair> pairs;  ///< of all sides that were measured, a < b
  std::vector<std::string> notes;     ///< what could not be done: "no classes: …"
  double seconds = 0;
};

}  // namespace envguard::model
