#pragma once

/// The parts of the driver's interface that are asked here, as cuda.h of CUDA 13.0 has them. No header of CUDA is
/// included: a test compares both where the toolkit is.
namespace envguard::engine::cuda::api {

// CUresult.
inline constexpr int success = 0;
inline constexpr int stub_library = 34;
inline constexpr int call_requires_newer_driver = 36;
inline constexpr int device_unavailable = 46;
inline constexpr int no_device = 100;
inline constexpr int device_not_licensed = 102;
inline constexpr int operating_system = 304;
inline constexpr int not_permitted = 800;
inline constexpr int system_not_ready = 802;
inline constexpr int system_driver_mismatch = 803;
inline constexpr int compat_not_supported_on_device = 804;
inline constexpr int mps_connection_failed = 805;
inline constexpr int mps_client_terminated = 810;

// CUdevice_attribute.
inline constexpr int multiprocessor_count = 16;
inline constexpr int pci_bus_id = 33;
inline constexpr int pci_device_id = 34;
inline constexpr int pci_domain_id = 50;
inline constexpr int compute_capability_major = 75;
inline constexpr int compute_capability_minor = 76;

}  // namespace envguard::engine::cuda::api
