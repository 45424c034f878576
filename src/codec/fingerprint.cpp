#include "codec/fingerprint.hpp"

#include <nlohmann/json.hpp>

#include "codec/result_parts.hpp"

namespace envguard::codec {

std::string write_fingerprint(const model::Fingerprint& fingerprint) {
  auto knobs = Document::object();
  for (const auto& knob : fingerprint.knobs) knobs[knob.name] = knob.value;
  return document({{"schema", 1},
                   {"id", json_of(fingerprint.id)},
                   {"profile", model::name(fingerprint.profile)},
                   {"recipe", fingerprint.recipe},
                   {"device", fingerprint.device.text()},
                   {"hardware", fingerprint.hardware},
                   {"install", json_of(fingerprint.install)},
                   {"knobs", knobs},
                   {"seconds", fingerprint.seconds},
                   {"probes", json_of(fingerprint.lines)}});
}

}  // namespace envguard::codec
