#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/device.hpp"
#include "model/drift_class.hpp"

namespace envguard::model {

/// What an outcome that is nobody's fault does to a commit or a job.
enum class Response { pass, warn, fail };

/// The mildest change that fails. A change that has no class fails under everything but `never`.
enum class FailOn { any_bit, precision, wrong, never };

/// One [[allow]]: until a day, a probe of one target may differ from the lock by a change of at most this class.
struct Allowance {
  std::string probe;                              ///< its id
  std::string target;                             ///< of the lock
  DriftClass drift_class = DriftClass::rounding;  ///< other_stream allows that and nothing else
  std::string reason;
  std::string until;  ///< the last day that counts, UTC, "2027-02-01"
};

/// One install that the repository uses.
struct Environment {
  std::string name = "default";
  std::string python;      ///< an install, relative to `root`; empty: discovered
  std::string root = ".";  ///< relative to the top of the repository
};

/// One kind of hardware, as people name it. Only the fields that are set must fit a key.
struct Target {
  std::string name;  ///< names the lock file
  DeviceKind device = DeviceKind::cuda;
  std::vector<std::pair<std::string, std::string>>
      key;  ///< (gpu|compute-capability|sm-count|cpu-vendor|cpu-family|cpu-model|isa, value)
  bool required = false;
};

/// [commit] or [ci]: what each outcome that was not judged does.
struct Responses {
  Response no_torch = Response::pass;
  Response no_gpu = Response::pass;
  Response not_locked = Response::warn;
  Response busy_gpu = Response::warn;
  Response could_not_measure = Response::fail;
  Response transient = Response::warn;
};

/// `envguard.toml`, or [tool.envguard] of pyproject.toml.
struct Policy {
  int schema = 1;
  std::string required_version;
  std::vector<Environment> environments;  ///< never empty: one "default" where the policy names none
  std::vector<std::pair<std::string, std::string>>
      versions;  ///< name -> "locked", "any" or a PEP 440 specifier, as written
  FailOn fail_on = FailOn::any_bit;
  int least_computed = 0;  ///< with fewer strict probes that are computed equal nothing is a match
  std::vector<std::string> excuse_if_identical;
  std::vector<Allowance> allow;
  std::vector<Target> targets;
  Responses commit;
  Responses ci{Response::fail, Response::fail, Response::fail, Response::fail, Response::fail, Response::fail};
  std::chrono::seconds cache_for = std::chrono::hours(12);
  std::vector<std::string> ignore;  ///< git pathspec patterns: a commit of nothing else is not judged
};

}  // namespace envguard::model
