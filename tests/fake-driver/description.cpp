#include "description.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <dlfcn.h>
#include <nlohmann/json.hpp>

namespace fake {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t mib = 1U << 20U;

template <class Value>
std::optional<Value> optional(const Json& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return json.at(name).get<Value>();
}

Instance instance_from(const Json& json) {
  return {json.at("profile"), json.at("uuid"), json.at("multiprocessors"),
          json.at("total_mib").get<std::uint64_t>() * mib, json.at("free_mib").get<std::uint64_t>() * mib};
}

void take_hardware(Gpu& gpu, const Json& json) {
  gpu.name = json.at("name");
  gpu.nvml_name = json.value("nvml_name", gpu.name);
  gpu.uuid = json.at("uuid");
  gpu.pci = json.at("pci");
  gpu.major = json.at("capability").at(0);
  gpu.minor = json.at("capability").at(1);
  gpu.multiprocessors = json.at("multiprocessors");
  gpu.speed = json.value("speed", 0);
  gpu.total = json.at("total_mib").get<std::uint64_t>() * mib;
  gpu.free = json.at("free_mib").get<std::uint64_t>() * mib;
  gpu.can_mig = json.value("can_mig", false);
  gpu.nvlinks = optional<unsigned>(json, "nvlinks");
}

void take_state(Gpu& gpu, const Json& json) {
  gpu.ecc = optional<bool>(json, "ecc");
  gpu.ecc_errors = json.value("ecc_errors", std::vector<std::uint64_t>{0, 0, 0, 0});
  gpu.compute_mode = json.value("compute_mode", 0U);
  gpu.clock_events = json.value("clock_events", std::uint64_t{1});
  gpu.persistence = json.value("persistence", true) ? 1 : 0;
  gpu.fabric_state = optional<unsigned>(json, "fabric_state");
  gpu.fabric_status = json.value("fabric_status", 0);
  gpu.virtualization = json.value("virtualization", 0U);
  gpu.handle_error = json.value("handle_error", 0);
  gpu.answer_error = json.value("answer_error", 0);
  for (const auto& process : json.value("processes", Json::array()))
    gpu.processes.push_back({process.at("pid"), process.at("mib").get<std::uint64_t>() * mib});
  if (!json.contains("mig")) return;
  gpu.mig.emplace();
  for (const auto& instance : json.at("mig")) gpu.mig->push_back(instance_from(instance));
}

Description read() {
  Dl_info here{};
  ::dladdr(reinterpret_cast<const void*>(&description), &here);
  std::ifstream file(std::filesystem::path(here.dli_fname).replace_filename("driver.json"));
  const auto json = Json::parse(file);
  Description found;
  found.driver = json.value("driver", "");
  found.cuda_version = json.value("cuda_version", 0);
  const auto behaves = json.value("behaves", Json::object());
  for (const auto& [function, how] : behaves.items())
    found.behaves[function] = how.is_string() ? how.get<std::string>() : how.dump();
  for (const auto& each : json.value("gpus", Json::array())) {
    take_hardware(found.gpus.emplace_back(), each);
    take_state(found.gpus.back(), each);
  }
  std::ranges::stable_sort(found.gpus, {}, &Gpu::pci);
  return found;
}

}  // namespace

const Description& description() {
  static const Description read_once = read();
  return read_once;
}

bool copied(const std::string& text, char* buffer, std::size_t size) {
  if (text.size() >= size) return false;
  std::memcpy(buffer, text.c_str(), text.size() + 1);
  return true;
}

}  // namespace fake
