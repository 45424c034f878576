#pragma once

#include "description.hpp"

/// What both parts of the fake NVML share. Numbers and layouts are those of nvml.h, version 13.
namespace fake {

constexpr int success = 0, uninitialized = 1, invalid_argument = 2, not_supported = 3, not_found = 6,
              insufficient_size = 7;

/// What an nvmlDevice_t points to.
struct Device {
  const Gpu* gpu = nullptr;
  const Instance* instance = nullptr;
};

inline bool initialized = false;

/// The answer of a function about one device. What the GPU itself has to say is not had of one that is lost.
template <class Answer>
int of_device(const char* function, const Device* device, const Answer& answer) {
  return behave(function, [&] {
    if (!initialized) return uninitialized;
    if (device == nullptr) return invalid_argument;
    return device->gpu->answer_error != 0 ? device->gpu->answer_error : answer();
  });
}

/// The same of what a MIG instance does not have.
template <class Answer>
int of_whole(const char* function, const Device* device, const Answer& answer) {
  return of_device(function, device, [&] { return device->instance != nullptr ? not_supported : answer(); });
}

}  // namespace fake
