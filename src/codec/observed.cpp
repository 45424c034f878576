#include "codec/observed.hpp"

#include <nlohmann/json.hpp>

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

Document gpu_document(const model::GpuKey& gpu) {
  return {{"name", gpu.gpu},
          {"compute_capability", gpu.compute_capability},
          {"sm_count", gpu.sm_count},
          {"origin", "libcuda"}};
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
  auto findings = Document::array();
  for (const auto& finding : observed.findings)
    findings.push_back({{"severity", name_in(severities, finding.severity)},
                        {"id", finding.id},
                        {"what", finding.what},
                        {"where", finding.where},
                        {"mend", finding.mend}});
  return document({{"schema", 1},
                   {"install", observed.install ? json_of(*observed.install) : Document(nullptr)},
                   {"components", components},
                   {"absent", absent},
                   {"build", json_of(observed.build)},
                   {"cpu", cpu_document(observed.cpu)},
                   {"caches", json_of(observed.caches)},
                   {"gpu", observed.gpu ? gpu_document(*observed.gpu) : Document(nullptr)},
                   {"container", observed.container.kind},
                   {"knobs", knobs},
                   {"libraries", libraries},
                   {"findings", findings},
                   {"passed_over", observed.passed_over}});
}

}  // namespace envguard::codec
