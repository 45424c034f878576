#include "report/hooks.hpp"

#include "report/page.hpp"

namespace envguard::report {

namespace {

Text describe(const model::Hook& hook) {
  switch (hook.state) {
    case model::HookState::installed:
      return {{"installed", Tone::good}, "  " + hook.path.string()};
    case model::HookState::program_gone:
      return {{"installed, but its program is gone", Tone::warning}, "  " + hook.program.string()};
    case model::HookState::foreign:
      return {{"a hook that is not envguard's", Tone::warning}, "  " + hook.path.string()};
    case model::HookState::absent:
      return {{"not installed", Tone::faint}, "  " + hook.path.string()};
  }
  return {};
}

}  // namespace

std::string hooks_text(const model::HookReport& report, const Style& style) {
  Page page(style);
  for (const auto& hook : report.hooks) {
    auto text = describe(hook);
    text.insert(text.begin(), {padded(hook.name, 18), Tone::strong});
    page.line(text);
    // The script asks at each commit, and a hook without the mode is passed over as git would.
    if (!hook.previous.empty()) page.wrapped({"runs first, if executable: " + hook.previous.string()}, 18, 18);
  }
  for (const auto& note : report.notes) page.wrapped({note}, 0, 2);
  return page.text();
}

}  // namespace envguard::report
