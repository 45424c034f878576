#pragma once

#include "codec/result_parts.hpp"
#include "model/observed.hpp"

namespace envguard::codec {

/// Driver and GPUs as they answered; null where they were not asked. UUIDs are in it: it is no lock.
[[nodiscard]] Document json_of_devices(const std::optional<model::Devices>& devices);
[[nodiscard]] Document json_of_kernel_driver(const std::optional<model::KernelDriver>& driver);
[[nodiscard]] Document json_of(const std::vector<model::PciGpu>& gpus);
[[nodiscard]] Document json_of(const model::Container& container);
[[nodiscard]] Document json_of(const std::vector<model::CudaLibrary>& libraries);

}  // namespace envguard::codec
