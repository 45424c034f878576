#include "codec/hooks.hpp"

#include <nlohmann/json.hpp>

#include "codec/result_parts.hpp"

namespace envguard::codec {

std::string write_hooks(const model::HookReport& report) {
  auto hooks = Document::array();
  for (const auto& hook : report.hooks) {
    hooks.push_back({{"name", hook.name},
                     {"state", model::name(hook.state)},
                     {"path", hook.path.string()},
                     {"program", hook.program.string()},
                     {"previous", hook.previous.string()}});
  }
  return document({{"schema", 1}, {"hooks", hooks}, {"notes", report.notes}});
}

}  // namespace envguard::codec
