#include "engine/cuda/kernels.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "engine/cuda/nvrtc.hpp"
#include "engine/torch/failure.hpp"

namespace envguard::engine::cuda {
namespace {

using torch::Refusal;

/// CUDA 13.0, the first whose driver (580) loads what nvcc 13.0 makes.
constexpr int first_driver = 13000;

}  // namespace

std::vector<std::string> compile_options(Contraction contraction) {
  std::vector<std::string> options{"--std=c++17"};
  options.emplace_back(contraction == Contraction::on ? "--fmad=true" : "--fmad=false");
  if (contraction == Contraction::off) options.emplace_back("--define-macro=FMA_CHAIN_ALONE");
  return options;
}

std::vector<std::byte> Kernels::run(Compiler compiler, const Call& call) {
  const Gpu::Module& code = module(compiler, call.contraction);
  const Gpu::Memory x = gpu_.upload(call.x);
  const Gpu::Memory y = call.y.empty() ? gpu_.allocate(0) : gpu_.upload(call.y);
  const Gpu::Memory result = gpu_.allocate(call.result_size);
  std::array<void*, 3> addresses{result.get(), x.get(), y.get()};
  int rows = call.rows, columns = call.columns;
  const auto address_of = [](auto& argument) { return static_cast<void*>(&argument); };
  std::array<void*, 5> arguments{address_of(addresses[0]), address_of(addresses[1]), address_of(addresses[2]),
                                 address_of(rows), address_of(columns)};
  gpu_.launch(code, call.name, call.shape, arguments);
  return gpu_.download(result, call.result_size);
}

const Gpu::Module& Kernels::module(Compiler compiler, Contraction contraction) {
  auto& made = modules_.at(static_cast<std::size_t>(compiler)).at(static_cast<std::size_t>(contraction));
  if (!made) made = compiler == Compiler::nvcc ? embedded(contraction) : compiled(contraction);
  return *made;
}

Gpu::Module Kernels::embedded(Contraction contraction) const try {
  const auto code = embedded_code(contraction);
  if (code.empty()) {
    throw Refusal(Refusal::Reason::unsupported, "this envguard was built without nvcc, so it has no machine code");
  }
  if (gpu_.driver_version() < first_driver) {
    throw Refusal(Refusal::Reason::unsupported,
                  fmt::format("machine code of nvcc 13.0 needs a driver of branch 580 or newer; this one is for CUDA "
                              "{}.{}",
                              gpu_.driver_version() / 1000, gpu_.driver_version() / 10 % 100));
  }
  return gpu_.load(code);
} catch (const Refusal& refusal) {
  if (refusal.reason() != Refusal::Reason::no_kernel_image) throw;
  throw Refusal(Refusal::Reason::unsupported,
                fmt::format("this envguard has no machine code for compute capability {}.{}: {}",
                            gpu_.capability() / 10, gpu_.capability() % 10, refusal.what()));
}

Gpu::Module Kernels::compiled(Contraction contraction) const {
  const Nvrtc nvrtc = Nvrtc::of_pytorch(libtorch_);
  return gpu_.load(nvrtc.compile(kernel_source(), gpu_.capability(), compile_options(contraction)));
}

std::int64_t integer_hash(std::int64_t x) {
  auto z = std::bit_cast<std::uint64_t>(x);
  for (int round = 0; round < 64; ++round) {
    z += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
  }
  return std::bit_cast<std::int64_t>(z);
}

std::size_t wrong_hashes(std::span<const std::int64_t> x, std::span<const std::byte> hashes) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::int64_t here = 0;
    std::memcpy(&here, hashes.subspan(i * sizeof here, sizeof here).data(), sizeof here);
    if (here != integer_hash(x[i])) ++wrong;
  }
  return wrong;
}

}  // namespace envguard::engine::cuda
