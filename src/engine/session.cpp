#include "engine/session.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.hpp"
#include "codec/build_id.hpp"
#include "codec/plan.hpp"
#include "codec/protocol.hpp"
#include "engine/asked_variables.hpp"
#include "engine/channel.hpp"
#include "engine/cuda/driver.hpp"
#include "engine/ladder.hpp"
#include "engine/ladder_refusal.hpp"
#include "engine/loaded_versions.hpp"
#include "engine/mapped_libraries.hpp"
#include "engine/printed_text.hpp"
#include "engine/torch/build_settings.hpp"
#include "engine/torch/open.hpp"
#include "engine/torch/operators.hpp"
#include "engine/torch/torch.hpp"
#include "recipe/table.hpp"

namespace envguard::engine {
namespace {

constexpr std::size_t libraries_a_line = 100;  // a line has at most 64 KiB
constexpr std::size_t variables_a_line = 300;
constexpr const char* libcuda = "libcuda.so.1";

model::Plan read_plan() {
  const codec::PlanMessage message = codec::read_plan(read_plan_text());
  if (message.protocol != codec::protocol_number || message.build != codec::build_id()) {
    throw base::Error(base::ExitCode::could_not_measure,
                      fmt::format("the plan is of protocol {} and build {}, this engine of {} and {}", message.protocol,
                                  message.build, codec::protocol_number, codec::build_id()),
                      "install envguard and envguard-engine from the same build");
  }
  return message.plan;
}

/// Makes the GPU the place of every probe. Throws CannotOpen where PyTorch or the driver has none.
model::GpuKey use_gpu(torch::Torch& torch, model::Device device) try {
  torch.use(device);
  (void)to_host(zeros(torch, {1}, recipe::DType::float32));
  const auto driver = cuda::Driver::open(libcuda);
  if (const auto* absent = std::get_if<cuda::Absent>(&driver)) {
    throw torch::CannotOpen(codec::NotOpened::Kind::no_device, absent->why, libcuda);
  }
  if (auto key = std::get<cuda::Driver>(driver).key(device.index)) return *std::move(key);
  throw torch::CannotOpen(codec::NotOpened::Kind::no_device,
                          fmt::format("libcuda does not say which GPU {} is", device.text()), libcuda);
} catch (const torch::Refusal& refusal) {
  throw torch::CannotOpen(not_opened_by(refusal),
                          fmt::format("PyTorch cannot use {}: {}", device.text(), refusal.what()), device.text());
}

void set_flags(const torch::Context& context, const model::Plan& plan, codec::Opened& opened) {
  for (const auto& [name, value] : plan.flags) {
    if (name == "matmul-precision") {
      if (!context.set_matmul_precision(value)) opened.not_settable.push_back(name);
      continue;
    }
    if (!value.empty() && !context.set(name, value == "true")) {
      opened.not_settable.push_back(name);
      continue;
    }
    const auto now = context.get(name);
    opened.flags.emplace_back(name, now ? (*now ? "true" : "false") : "unreadable");
  }
  if (plan.threads > 0 && !context.set_threads(plan.threads)) opened.not_settable.emplace_back("threads");
  if (const auto threads = context.threads()) opened.flags.emplace_back("threads", std::to_string(*threads));
}

using Announce = std::function<void(const std::filesystem::path&)>;

codec::Opened prepare(torch::Torch& torch, const model::Plan& plan, const Announce& announce) {
  codec::Opened opened;
  opened.torch = torch.version();
  opened.abi = torch.abi();
  opened.built = torch::build_settings(torch.context().show_config());
  if (plan.device.kind == model::DeviceKind::cuda) {
    announce(libcuda);  // waking every GPU and making the first context has a deadline of its own
    opened.gpu = use_gpu(torch, plan.device);
  }
  set_flags(torch.context(), plan, opened);
  return opened;
}

void send_libraries(const Channel& channel, const torch::Torch& torch) {
  if (torch.on_cuda()) load_cudnn_parts(torch.library());
  const std::vector<model::Library> libraries = mapped_libraries();
  codec::Libraries line;
  line.versions = loaded_versions(libraries);
  for (std::size_t i = 0; i < libraries.size(); i += libraries_a_line) {
    const auto part = std::span(libraries).subspan(i, std::min(libraries_a_line, libraries.size() - i));
    line.libraries.assign(part.begin(), part.end());
    channel.send(line);
    line.versions.clear();
  }
}

/// After the last probe: whatever was asked for may have chosen what computes.
void send_asked(const Channel& channel) {
  const auto names = asked_variables();
  if (!names) {
    channel.send(codec::Asked{{}, false});
    return;
  }
  for (std::size_t i = 0; i == 0 || i < names->size(); i += variables_a_line) {
    const auto part = std::span(*names).subspan(i, std::min(variables_a_line, names->size() - i));
    channel.send(codec::Asked{{part.begin(), part.end()}, true});
  }
}

void measure(Channel& channel, const model::Plan& plan) try {
  const Announce announce = [&channel](const std::filesystem::path& library) {
    channel.send(codec::Opening{library.string()});
  };
  SharedLibrary library = torch::open_libtorch(plan, announce);
  PrintedText printed;
  torch::Torch torch(std::move(library), [&printed] { return printed.take(); });
  channel.send(prepare(torch, plan, announce));
  printed.hand_on();
  const codec::Done done = Ladder(torch, plan, channel, printed).run();
  send_libraries(channel, torch);
  send_asked(channel);
  channel.send(done);
} catch (const torch::CannotOpen& error) {
  channel.send(error.answer());
  channel.send(codec::Done{});
}

}  // namespace

void run_session() {
  Channel channel;
  channel.send(codec::Hello{codec::protocol_number, std::string(codec::build_id()), recipe::number});
  const model::Plan plan = read_plan();
  measure(channel, plan);
}

}  // namespace envguard::engine
