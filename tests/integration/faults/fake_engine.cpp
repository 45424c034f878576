// Engines of this project's protocol without any PyTorch, each whole but for one fault. The name that it is started by
// says which.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

#include "base/hash.hpp"
#include "codec/plan.hpp"
#include "codec/protocol.hpp"

namespace {

using namespace envguard;
using Plan = codec::PlanMessage;

Plan read_plan() {
  return codec::read_plan(std::string(std::istreambuf_iterator<char>(std::cin), {}));
}

void write_raw(const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const auto count = ::write(3, text.data() + written, text.size() - written);
    if (count < 0) std::exit(41);
    written += static_cast<std::size_t>(count);
  }
}

void say(const codec::Line& line) {
  write_raw(codec::write_line(line));
}

void hello(const Plan& message) {
  say(codec::Hello{1, message.build, message.plan.recipe});
}

void open() {
  say(codec::Opening{"/fake/libtorch.so"});
  say(codec::Opened{"2.11.0", 0, {}, {}, {}, {}});
}

model::ProbeResult answer(const std::string& id) {
  return {id, model::ProbeStatus::ok, base::hash128(id), model::Evidence{}, ""};
}

void probe(const std::string& id) {
  say(codec::Begin{id});
  say(codec::Probe{answer(id), {}});
}

void all_probes(const Plan& message) {
  for (const auto& id : message.plan.probes) probe(id);
}

[[noreturn]] void done(const Plan& message) {
  say(codec::Libraries{{{"libc.so.6", "/lib/libc.so.6", "00"}}, {}});
  say(codec::Done{static_cast<int>(message.plan.probes.size()), ""});
  std::_Exit(0);
}

void hang() {
  while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}

// Every round of a plan that perturbs, and its number of probes.
void all_rounds(const Plan& message) {
  for (const auto seed : message.plan.perturb) {
    say(codec::Round{seed});
    all_probes(message);
  }
  say(codec::Done{static_cast<int>(message.plan.probes.size() * message.plan.perturb.size()), ""});
  std::_Exit(0);
}

// No fault: the whole conversation, with a file left where it stands.
void well(const Plan& message) {
  hello(message);
  std::ofstream("dropped") << "libraries leave files where they stand";
  std::cout << "CUDA_VISIBLE_DEVICES="
            << (std::getenv("CUDA_VISIBLE_DEVICES") ? std::getenv("CUDA_VISIBLE_DEVICES") : "")
            << " device=" << message.plan.device.text() << std::endl;
  open();
  if (!message.plan.perturb.empty()) all_rounds(message);
  all_probes(message);
  done(message);
}

void dies_while_opening(const Plan& message) {
  hello(message);
  say(codec::Opening{"/fake/libtorch.so"});
  std::cerr << "symbol lookup error" << std::endl;
  std::signal(SIGSEGV, SIG_DFL);  // a sanitizer has its own handler
  std::raise(SIGSEGV);
}

void dies_in_a_probe(const Plan& message) {
  hello(message);
  open();
  probe(message.plan.probes.front());
  say(codec::Begin{message.plan.probes.back()});
  std::signal(SIGFPE, SIG_DFL);
  std::raise(SIGFPE);
}

void not_opened(const Plan& message) {
  hello(message);
  say(codec::NotOpened{codec::NotOpened::Kind::too_old, "torch 2.9.1 is older than 2.10", "torch 2.10"});
  say(codec::Done{0, ""});
}

void hangs_while_opening(const Plan& message) {
  hello(message);
  say(codec::Opening{"/fake/libcuda.so.1"});
  hang();
}

// Eight libraries that take their time each, as from a cold disk.
void opens_slowly(const Plan& message) {
  hello(message);
  for (int library = 0; library < 8; ++library) {
    say(codec::Opening{"/fake/library.so." + std::to_string(library)});
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  open();
  all_probes(message);
  done(message);
}

void hangs_in_a_probe(const Plan& message) {
  hello(message);
  open();
  say(codec::Begin{message.plan.probes.front()});
  hang();
}

// Always busy, never silent: only the deadline of the whole measurement ends it.
void never_ends(const Plan& message) {
  hello(message);
  open();
  while (true) {
    say(codec::Begin{message.plan.probes.front()});
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// 8 MiB of chatter, as MKL_VERBOSE and ONEDNN_VERBOSE write: undrained, it would wait for ever.
void floods_stdout(const Plan& message) {
  hello(message);
  open();
  const std::string chatter(1023, 'x');
  for (int i = 0; i < 8192; ++i) std::cout << chatter << '\n';
  std::cout << "the last words" << std::endl;
  all_probes(message);
  done(message);
}

// A line without an end.
void floods_results(const Plan& message) {
  hello(message);
  while (true) write_raw(std::string(4096, '{'));
}

void rubbish(const Plan& message) {
  hello(message);
  open();
  write_raw("\x1b[31m what is this?\n");
  all_probes(message);
  done(message);
}

void half_a_line(const Plan& message) {
  hello(message);
  open();
  write_raw("{\"begin\":\"bl");
}

void no_last_line(const Plan& message) {
  hello(message);
  open();
  all_probes(message);
}

void answers_too_little(const Plan& message) {
  hello(message);
  open();
  probe(message.plan.probes.front());
  say(codec::Done{1, ""});
}

// Says everything, then ends with a status, as a leak checker makes it.
void ends_badly(const Plan& message) {
  hello(message);
  open();
  all_probes(message);
  say(codec::Done{static_cast<int>(message.plan.probes.size()), ""});
  std::_Exit(23);
}

void other_build(const Plan&) {
  say(codec::Hello{1, "0.0.9-other", 1});
  hang();
}

void other_protocol(const Plan& message) {
  say(codec::Hello{2, message.build, message.plan.recipe});
  hang();
}

void ignores_sigterm(const Plan& message) {
  for (int signal = 1; signal < 32; ++signal) std::signal(signal, SIG_IGN);
  hello(message);
  open();
  say(codec::Begin{message.plan.probes.front()});
  hang();
}

// Two: one in its own process group, one that also holds every descriptor.
void leaves_a_grandchild(const Plan& message) {
  for (const bool own_group : {true, false}) {
    if (::fork() == 0) {
      if (own_group) ::setpgid(0, 0);
      hang();
    }
  }
  hello(message);
  open();
  all_probes(message);
  done(message);
}

void stays_after_the_last_line(const Plan& message) {
  hello(message);
  open();
  all_probes(message);
  say(codec::Done{static_cast<int>(message.plan.probes.size()), ""});
  hang();
}

// Every process answers one probe, fails the next and stops.
void cuda_error(const Plan& message) {
  const auto& probes = message.plan.probes;
  hello(message);
  open();
  probe(probes.front());
  if (probes.size() == 1) done(message);
  say(codec::Begin{probes[1]});
  say(codec::Probe{{probes[1], model::ProbeStatus::failed, {}, {}, "CUDA error: unspecified"}, {}});
  say(codec::Libraries{{{"libc.so.6", "/lib/libc.so.6", "00"}}, {}});
  say(codec::Done{2, "cuda-error"});
}

// Loses the GPU, which does not come back for the process that takes up the rest.
void cuda_error_then_not_opened(const Plan& message) {
  if (message.plan.probes.size() > 2)
    cuda_error(message);
  else
    not_opened(message);
}

// Loses the GPU, and hangs in the process that takes up the rest.
void cuda_error_then_hangs(const Plan& message) {
  if (message.plan.probes.size() > 2)
    cuda_error(message);
  else
    hangs_in_a_probe(message);
}

// Dies in the last probe of the last round.
void dies_in_a_round(const Plan& message) {
  hello(message);
  open();
  for (const auto seed : message.plan.perturb) {
    say(codec::Round{seed});
    for (const auto& id : message.plan.probes) {
      const bool last = seed == message.plan.perturb.back() && id == message.plan.probes.back();
      if (!last) probe(id);
    }
  }
  say(codec::Begin{message.plan.probes.back()});
  std::signal(SIGFPE, SIG_DFL);
  std::raise(SIGFPE);
}

// Loses the GPU in the second round: no process can take up a round in its middle.
void cuda_error_in_a_round(const Plan& message) {
  hello(message);
  open();
  say(codec::Round{message.plan.perturb.front()});
  all_probes(message);
  say(codec::Round{message.plan.perturb.back()});
  say(codec::Done{static_cast<int>(message.plan.probes.size()), "cuda-error"});
}

// Puts every tensor into descriptor 4.
void keeps_bytes(const Plan& message) {
  hello(message);
  open();
  std::uint64_t offset = 0;
  for (const auto& id : message.plan.probes) {
    const auto tensor = "tensor of " + id;
    if (::pwrite(4, tensor.data(), tensor.size(), static_cast<off_t>(offset)) < 0) std::exit(42);
    say(codec::Probe{answer(id), codec::Extent{offset, tensor.size()}});
    offset += tensor.size();
  }
  done(message);
}

void bytes_beyond_the_end(const Plan& message) {
  hello(message);
  open();
  const codec::Extent beyond{UINT64_MAX - 1, 8};
  say(codec::Probe{answer(message.plan.probes.front()), beyond});
  hang();
}

// As a person does who presses Ctrl-C while a probe runs.
void interrupts_its_caller(const Plan& message) {
  hello(message);
  open();
  say(codec::Begin{message.plan.probes.front()});
  ::kill(::getppid(), SIGINT);
  hang();
}

struct Engine {
  std::string_view name;
  void (*converse)(const Plan&);
};

constexpr std::array engines{
    Engine{"well", well},
    Engine{"dies_while_opening", dies_while_opening},
    Engine{"dies_in_a_probe", dies_in_a_probe},
    Engine{"not_opened", not_opened},
    Engine{"hangs_while_opening", hangs_while_opening},
    Engine{"opens_slowly", opens_slowly},
    Engine{"hangs_in_a_probe", hangs_in_a_probe},
    Engine{"never_ends", never_ends},
    Engine{"floods_stdout", floods_stdout},
    Engine{"floods_results", floods_results},
    Engine{"rubbish", rubbish},
    Engine{"half_a_line", half_a_line},
    Engine{"no_last_line", no_last_line},
    Engine{"answers_too_little", answers_too_little},
    Engine{"ends_badly", ends_badly},
    Engine{"other_build", other_build},
    Engine{"other_protocol", other_protocol},
    Engine{"ignores_sigterm", ignores_sigterm},
    Engine{"leaves_a_grandchild", leaves_a_grandchild},
    Engine{"stays_after_the_last_line", stays_after_the_last_line},
    Engine{"cuda_error", cuda_error},
    Engine{"cuda_error_then_not_opened", cuda_error_then_not_opened},
    Engine{"cuda_error_then_hangs", cuda_error_then_hangs},
    Engine{"dies_in_a_round", dies_in_a_round},
    Engine{"cuda_error_in_a_round", cuda_error_in_a_round},
    Engine{"keeps_bytes", keeps_bytes},
    Engine{"bytes_beyond_the_end", bytes_beyond_the_end},
    Engine{"interrupts_its_caller", interrupts_its_caller},
};

}  // namespace

int main(int, char** arguments) {
  const auto name = std::filesystem::path(arguments[0]).filename().string();
  for (const auto& engine : engines) {
    if (engine.name != name) continue;
    engine.converse(read_plan());
    return 0;
  }
  return 99;
}
