#include "cli/real_machine.hpp"

#include <array>

#include <sys/types.h>
#include <unistd.h>

#include "base/error.hpp"
#include "codec/build_id.hpp"
#include "manifest/surroundings.hpp"
#include "recipe/table.hpp"

namespace envguard::cli {

namespace {

model::EnvironmentMap environment_of_process() {
  model::EnvironmentMap variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::filesystem::path loader() {
#if defined(__x86_64__)
  return "/lib64/ld-linux-x86-64.so.2";
#elif defined(__aarch64__)
  return "/lib/ld-linux-aarch64.so.1";
#else
#error "envguard knows no dynamic linker of this architecture"
#endif
}

std::vector<std::filesystem::path> system_libraries() {
#if defined(__x86_64__)
  constexpr const char* multiarch = "x86_64-linux-gnu";
#else
  constexpr const char* multiarch = "aarch64-linux-gnu";
#endif
  return {std::filesystem::path("/usr/local/lib"), std::filesystem::path("/usr/lib") / multiarch, "/usr/lib64",
          "/usr/lib"};
}

}  // namespace

model::Machine real_machine() {
  model::Machine machine;
  machine.environment = environment_of_process();
  std::error_code gone;
  machine.directory = std::filesystem::current_path(gone);
  if (gone) {
    throw base::Error(base::ExitCode::usage, "the working directory does not exist any more",
                      "cd somewhere, or use -C DIR");
  }
  machine.home = machine.variable("HOME");
  machine.loader = loader();
  machine.system_libraries = system_libraries();
  machine.program = std::filesystem::read_symlink("/proc/self/exe");
  const auto programs = machine.program.parent_path().parent_path() / "libexec" / "envguard";
  machine.engine = programs / "envguard-engine";
  machine.hook = programs / "envguard-hook";
  machine.cache = manifest::cache_folder(machine.environment, machine.directory);
  machine.now = [] { return std::chrono::system_clock::now(); };
  machine.build = codec::build_id();
  if (!recipe::has_embedded_sass())
    machine.left_out.emplace_back("machine code for GPUs, built without nvcc: no arith.sass probes are run");
  return machine;
}

}  // namespace envguard::cli
