#pragma once

#include <map>
#include <string>
#include <vector>

#include "compare/lock.hpp"
#include "inquiry/laboratory.hpp"
#include "model/verdict.hpp"
#include "recipe/table.hpp"

namespace envguard::inquiry::test {

/// One row of the table that stands for a PyTorch: under this variable, in this process, these probes compute something
/// else.
struct Row {
  std::string variable;  ///< "MKL_CBWR=AVX2"; empty: under any
  int process = 0;       ///< 1 for the first; 0: in every one
  std::string where;     ///< a layer, or the start of a probe's id
  std::string computes;  ///< what makes the bits others; "unsupported", "failed", "gone" make it that
};

/// A laboratory that starts nothing: (variables, order) -> hashes by a table.
class TableLaboratory : public Laboratory {
 public:
  explicit TableLaboratory(std::vector<Row> rows = {}, std::map<std::string, std::string> variables = {})
      : rows_(std::move(rows)), variables_(std::move(variables)) {}

  model::Run measure(const std::vector<std::string>& probes) override {
    ++processes;
    asked.push_back(probes);
    model::Run run;
    run.plan.probes = probes;
    run.plan.recipe = recipe::number;
    run.plan.device = device;
    run.seconds = 1;
    run.versions = loaded;
    if (processes == faulty_process)
      run.fault = model::Fault{model::Fault::Kind::crashed, "the engine died of SIGSEGV", {}};
    for (const auto& id : probes) {
      auto probe = compute(id);
      if (probe.message != "gone") run.probes.push_back(std::move(probe));
    }
    return run;
  }
  Budget left() const override { return {allowed.processes - processes, allowed.seconds - processes}; }

  Budget allowed{100, 1000};
  int faulty_process = 0;
  int processes = 0;
  model::Device device;
  std::vector<model::Component> loaded;
  std::vector<std::vector<std::string>> asked;

 private:
  bool applies(const Row& row, const std::string& id) const {
    if (!id.starts_with(row.where) || (row.process != 0 && row.process != processes)) return false;
    if (row.variable.empty()) return true;
    const auto equals = row.variable.find('=');
    const auto found = variables_.find(row.variable.substr(0, equals));
    return found != variables_.end() && found->second == row.variable.substr(equals + 1);
  }

  model::ProbeResult compute(const std::string& id) const {
    model::ProbeResult probe;
    probe.id = id;
    std::string value = id;
    for (const auto& row : rows_) {
      if (!applies(row, id)) continue;
      value += "|" + row.computes;
      if (row.computes == "gone") probe.message = "gone";
      if (const auto status = model::parse_status(row.computes)) probe.status = *status;
    }
    if (probe.status == model::ProbeStatus::ok) {
      probe.hash = base::hash128(value);
      probe.evidence = model::Evidence{.norm = 1, .elements = 4};
    }
    return probe;
  }

  std::vector<Row> rows_;
  std::map<std::string, std::string> variables_;
};

inline model::Observed machine() {
  model::Observed observed;
  observed.install = model::Install{};
  observed.install->version = "2.11.0+cu130";
  observed.install->prefix = "/home/ada/project/.venv";
  observed.install->rule = "python of the environment";
  observed.components = {{"torch", "2.11.0+cu130", "torch/version.py"},
                         {"cuda", "13.0", "torch/version.py"},
                         {"cudnn", "9.19.0.56", "METADATA"},
                         {"numpy", "2.3.1", "METADATA"},
                         {"kernel", "6.1.0", "uname"},
                         {"driver", "580.65.06", "sysfs"}};
  observed.build = {{"blas", "mkl"}};
  observed.cpu = {"AuthenticAMD", 25, 1, "avx512-bf16"};
  observed.caches = {{"l1d", "32 KiB"}, {"l2", "1024 KiB"}};
  return observed;
}

inline compare::LockQuestion question() {
  compare::LockQuestion question;
  question.environment = "train";
  question.target = "cpu-amd-25-1";
  question.reason = "first";
  question.today = "2026-11-23";
  return question;
}

/// The lock that `machine()` makes where nothing is turned.
inline model::Baseline baseline(const model::Observed& observed = machine(),
                                std::vector<std::string> quarantined = {}) {
  TableLaboratory laboratory;
  model::Baseline baseline;
  baseline.lock = compare::lock_of(observed, {}, laboratory.measure(recipe::probes(model::DeviceKind::cpu)), question(),
                                   std::move(quarantined));
  baseline.lock.runs = 5;
  baseline.source = "index";
  return baseline;
}

inline void set(model::Observed& observed, const std::string& component, const std::string& version) {
  for (auto& each : observed.components) {
    if (each.name == component) each.version = version;
  }
}

}  // namespace envguard::inquiry::test
