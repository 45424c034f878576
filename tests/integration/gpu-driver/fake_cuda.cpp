// A libcuda.so.1 for machines without a driver. The file "gpus" beside it has a line for each GPU:
// name;major;minor;SMs. The line "hang" is a driver that does not come back.

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <unistd.h>

namespace {

constexpr int success = 0;
constexpr int no_device = 100;
constexpr int invalid_device = 101;

struct Gpu {
  std::string name;
  int major = 0, minor = 0, multiprocessors = 0;
};

std::vector<Gpu> read_gpus() {
  Dl_info here{};
  dladdr(reinterpret_cast<void*>(&read_gpus), &here);
  std::ifstream file(std::filesystem::path(here.dli_fname).replace_filename("gpus"));
  std::vector<Gpu> gpus;
  for (std::string line; std::getline(file, line);) {
    if (line == "hang") ::pause();
    std::istringstream fields(line);
    Gpu gpu;
    char separator = 0;
    std::getline(fields, gpu.name, ';');
    fields >> gpu.major >> separator >> gpu.minor >> separator >> gpu.multiprocessors;
    gpus.push_back(gpu);
  }
  return gpus;
}

const std::vector<Gpu>& gpus() {
  static const std::vector<Gpu> read = read_gpus();
  return read;
}

bool is_device(int device) {
  return device >= 0 && static_cast<std::size_t>(device) < gpus().size();
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  return gpus().empty() ? no_device : success;
}

int cuGetErrorString(int code, const char** text) {
  *text = code == no_device ? "no CUDA-capable device is detected" : "an error";
  return success;
}

int cuDriverGetVersion(int* version) {
  *version = 13000;
  return success;
}

int cuDeviceGetCount(int* count) {
  *count = static_cast<int>(gpus().size());
  return success;
}

int cuDeviceGet(int* device, int index) {
  *device = index;
  return is_device(index) ? success : invalid_device;
}

int cuDeviceGetName(char* name, int size, int device) {
  if (!is_device(device)) return invalid_device;
  std::snprintf(name, static_cast<std::size_t>(size), "%s", gpus()[static_cast<std::size_t>(device)].name.c_str());
  return success;
}

// Numbers of CUdevice_attribute (cuda.h).
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  if (!is_device(device)) return invalid_device;
  const Gpu& gpu = gpus()[static_cast<std::size_t>(device)];
  if (attribute == 75) *value = gpu.major;
  if (attribute == 76) *value = gpu.minor;
  if (attribute == 16) *value = gpu.multiprocessors;
  return success;
}

int cuDeviceGetUuid_v2(void* uuid, int device) {
  std::memset(uuid, device + 1, 16);
  return is_device(device) ? success : invalid_device;
}
}
