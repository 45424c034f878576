#include "codec/observed.hpp"

#include <nlohmann/json.hpp>

#include "codec/observed_devices.hpp"
#include "codec/result_parts.hpp"

namespace envguard::codec {

namespace {

Document cpu_document(const model::CpuKey& cpu) {
  return {{"vendor", cpu.vendor},
          {"family", cpu.family},
          {"model", cpu.model},
          {"isa", cpu.isa},
          {"origin", model::cpu_origin}};
}

}  // namespace

std::string write_observed(const model::Observed& observed) {
  auto components = Document::array();
  for (const auto& component : observed.components)
    components.push_back({{"name", component.name}, {"version", component.version}, {"origin", component.origin}});
  auto absent = Document::array();
  for (const auto& absence : observed.absent)
    absent.push_back({{"name", absence.name}, {"looked_in", absence.looked_in}});
  auto knobs = Document::object();
  for (const auto& knob : observed.knobs) knobs[knob.name] = knob.value;
  auto libraries = Document::array();
  for (const auto& library : observed.libraries)
    libraries.push_back({{"name", library.name}, {"path", library.path.string()}, {"build_id", library.build_id}});
  auto toolkits = Document::array();
  for (const auto& toolkit : observed.toolkits)
    toolkits.push_back({{"version", toolkit.version}, {"path", toolkit.origin}});
  auto findings = Document::array();
  for (const auto& finding : observed.findings)
    findings.push_back({{"severity", name_in(severities, finding.severity)},
                        {"id", finding.id},
                        {"what", finding.what},
                        {"where", finding.where},
                        {"mend", finding.mend},
                        {"rule", finding.rule},
                        {"source", finding.source}});
  return document({{"schema", 1},
                   {"install", observed.install ? json_of(*observed.install) : Document(nullptr)},
                   {"components", components},
                   {"absent", absent},
                   {"build", json_of(observed.build)},
                   {"cpu", cpu_document(observed.cpu)},
                   {"caches", json_of(observed.caches)},
                   {"kernel_driver", json_of_kernel_driver(observed.kernel_driver)},
                   {"pci_gpus", json_of(observed.pci_gpus)},
                   {"wsl", observed.wsl},
                   {"devices", json_of_devices(observed.devices)},
                   {"container", json_of(observed.container)},
                   {"knobs", knobs},
                   {"libraries", libraries},
                   {"cuda_libraries", json_of(observed.cuda_libraries)},
                   {"toolkits", toolkits},
                   {"findings", findings},
                   {"passed_over", observed.passed_over}});
}

}  // namespace envguard::codec
