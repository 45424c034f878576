#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "base/text.hpp"
#include "diagnosis/machine.hpp"
#include "diagnosis/subjects.hpp"
#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

namespace {

using knowledge::cite;
using Severity = model::Finding::Severity;

constexpr std::size_t month_length = 7;  // "2026-11"

/// "535.161.08 (CUDA 12.2)", as far as it is known.
std::string driver_here(const model::Observed& observed) {
  const auto driver = driver_of(observed);
  const auto cuda = cuda_of_driver(observed);
  const std::string number = driver ? std::string(driver->text()) : "of Windows";
  return cuda ? fmt::format("{} (CUDA {})", number, cuda->text()) : number;
}

std::string driver_place(const model::Observed& observed) {
  if (observed.devices && !observed.devices->cuda.path.empty()) return base::visible(observed.devices->cuda.path);
  const model::Component* driver = observed.component("driver");
  return driver ? base::visible(driver->origin) : "";
}

/// Whether libcuda.so.1 comes from the compat package and is of less use than the driver's own.
bool held_back(const model::Observed& observed, const knowledge::Floor& floor) {
  const auto driver = driver_of(observed);
  return observed.devices && from_compat_package(observed.devices->cuda.path) && driver && *driver >= floor.driver;
}

Findings too_old(const model::Observed& observed, const Dotted& cuda) {
  const auto floor = knowledge::floor_of(cuda);
  const auto newest = cuda_of_driver(observed);
  const auto driver = driver_of(observed);
  if (!floor) return {};
  const bool old = newest ? newest->number(0) < cuda.number(0) : driver && *driver < floor->driver;
  if (!old) return {};
  std::string mend =
      fmt::format("# update the driver{} to {} or newer", observed.wsl ? " in Windows" : "", floor->driver.text());
  if (held_back(observed, *floor))
    mend =
        "# take the folder of the cuda-compat package out of LD_LIBRARY_PATH and /etc/ld.so.conf.d: the driver's own "
        "libcuda is newer";
  else if (auto wheel = fitting_wheel(observed))
    mend = *std::move(wheel);
  return {cite("cuda-driver-floor",
               {Severity::error, "driver-too-old",
                fmt::format("torch {} loads CUDA {}, which needs driver {} or newer; here is {}, so "
                            "torch.cuda.is_available() is false.",
                            torch_version(observed), cuda.text(), floor->driver.text(), driver_here(observed)),
                driver_place(observed), mend})};
}

/// The driver is of the same CUDA major version, and older than the toolkit.
Findings limited(const model::Observed& observed, const Dotted& cuda) {
  const auto* toolkit = knowledge::toolkit(cuda);
  const auto newest = cuda_of_driver(observed);
  const auto driver = driver_of(observed);
  const auto floor = knowledge::floor_of(cuda);
  bool below = false;
  if (newest)
    below = newest->number(0) == cuda.number(0) && newest->number(1) < cuda.number(1);
  else
    below = toolkit && floor && driver && *driver >= floor->driver && *driver < toolkit->driver;
  if (!below) return {};
  const std::string full = toolkit && !observed.wsl
                               ? fmt::format("{} or newer has all of them", toolkit->driver.text())
                               : fmt::format("one with CUDA {}.{} has all of them", cuda.number(0), cuda.number(1));
  return {cite("cuda-minor-version",
               {Severity::note, "driver-older-than-cuda",
                fmt::format("Driver {} runs CUDA {} with limits: no features that need a newer driver, and no PTX of "
                            "this toolkit is compiled.",
                            driver_here(observed), cuda.text()),
                driver_place(observed), fmt::format("# nothing, while what you use runs; of the drivers, {}", full)})};
}

/// What takes a newer libcuda away again, by where it is from.
std::string mend_refused(const model::Observed& observed) {
  if (from_compat_package(observed.devices->cuda.path))
    return "# take the folder of the cuda-compat package out of LD_LIBRARY_PATH and /etc/ld.so.conf.d; if the driver "
           "alone is too old for this CUDA, update it";
  if (observed.container.any())
    return "# start a container from an image of an older CUDA, or update the host's driver";
  const auto driver = driver_of(observed);
  return fmt::format("# install libcuda.so.1 and the kernel module from one release of the driver{}",
                     driver ? fmt::format("; the module is {}", driver->text()) : "");
}

/// A newer libcuda than the driver, on a GPU that does not allow it.
Findings refused(const model::Observed& observed) {
  if (!refused_compat(observed)) return {};
  const model::DriverLibrary& library = observed.devices->cuda;
  return {cite("cuda-forward-compatibility",
               {Severity::error, "forward-compatibility-refused",
                fmt::format("libcuda.so.1 is newer than driver {}, and this GPU does not allow that ({}): "
                            "torch.cuda.is_available() is false.",
                            driver_here(observed), base::visible(library.why)),
                base::visible(library.path), mend_refused(observed)})};
}

Findings forward(const model::Observed& observed) {
  if (!observed.devices || observed.wsl) return {};
  const auto newest = cuda_of_driver(observed);
  const auto driver = driver_of(observed);
  const auto floor = newest ? knowledge::floor_of(*newest) : std::nullopt;
  if (!floor || !driver) return {};
  const auto* toolkit = knowledge::toolkit(*newest);
  const bool below = *driver < floor->driver;
  // Within a major version the toolkit's own driver tells: a branch of drivers has one CUDA.
  if (!below && (!toolkit || driver->number(0) >= toolkit->driver.number(0))) return {};
  const auto without = below ? floor->driver.text() : toolkit->driver.text();
  return {cite("cuda-forward-compatibility",
               {Severity::note, "forward-compatibility",
                fmt::format("libcuda.so.1 supports CUDA {}, which is newer than kernel driver {}: forward "
                            "compatibility (cuda-compat) is in use.",
                            newest->text(), driver->text()),
                base::visible(observed.devices->cuda.path),
                fmt::format("# nothing, while it runs; driver {} or newer does without", without)})};
}

/// Whether the loaded module is not that of the driver which is installed: what it is too old for, a reboot may mend.
bool awaits_reboot(const model::Observed& observed) {
  if (!observed.devices || !observed.devices->gpus.empty() || refused_compat(observed)) return false;
  return observed.devices->nvml.answer == model::DriverAnswer::version_mismatch ||
         observed.devices->cuda.answer == model::DriverAnswer::version_mismatch;
}

Findings ended(const model::Observed& observed, std::string_view today) {
  const auto driver = driver_of(observed);
  const auto* branch = driver ? knowledge::branch_of(*driver) : nullptr;
  if (!branch || today.substr(0, month_length) <= branch->end) return {};
  const model::Component* kernel = observed.component("driver");
  return {cite("driver-branch-end", {Severity::note, "driver-branch-ended",
                                     fmt::format("Driver {} is of the {} branch {}, whose life ended in {}.",
                                                 driver->text(), branch->kind, branch->number, branch->end),
                                     kernel ? base::visible(kernel->origin) : driver_place(observed),
                                     "# plan an update to a branch that still gets fixes"})};
}

}  // namespace

Findings driver(const model::Observed& observed, std::string_view today) {
  if (awaits_reboot(observed)) return {};
  Findings found;
  const auto add = [&](Findings more) { std::ranges::move(more, std::back_inserter(found)); };
  const auto cuda = cuda_of_torch(observed);
  add(refused(observed));
  if (found.empty() && cuda && built_with_cuda(observed).value_or(false)) {
    add(too_old(observed, *cuda));
    add(limited(observed, *cuda));
  }
  add(forward(observed));
  add(ended(observed, today));
  return found;
}

}  // namespace envguard::diagnosis
