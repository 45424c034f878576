#pragma once

#include "base/error.hpp"
#include "cli/call.hpp"
#include "cli/options.hpp"

namespace envguard::cli {

// One file a command. Each prints its result and returns its exit code; failures are base::Error.
base::ExitCode run(const TryOptions& options, const Call& call);
base::ExitCode run(const InitOptions& options, const Call& call);
base::ExitCode run(const DoctorOptions& options, const Call& call);
base::ExitCode run(const FingerprintOptions& options, const Call& call);
base::ExitCode run(const LockOptions& options, const Call& call);
base::ExitCode run(const CheckOptions& options, const Call& call);
base::ExitCode run(const StatusOptions& options, const Call& call);
base::ExitCode run(const DiffOptions& options, const Call& call);
base::ExitCode run(const CompareOptions& options, const Call& call);
base::ExitCode run(const ExplainOptions& options, const Call& call);
base::ExitCode run(const HookOptions& options, const Call& call);

}  // namespace envguard::cli
