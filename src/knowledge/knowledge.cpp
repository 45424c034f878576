#include "knowledge/knowledge.hpp"

#include <algorithm>

#include "knowledge/tables.hpp"

namespace envguard::knowledge {

namespace {

/// The row for which `is` holds, or nothing.
template <typename Row, typename Is>
const Row* find(std::span<const Row> rows, Is is) {
  const auto row = std::ranges::find_if(rows, is);
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace

std::optional<Floor> floor_of(const Dotted& cuda) {
  const auto* minor = find(tables::toolkits(), [&](const Toolkit& row) { return row.cuda.shares(cuda, 2); });
  if (minor && minor->floor) return Floor{*minor->floor, minor->source};
  const auto* major = find(tables::majors(), [&](const tables::Major& row) { return row.cuda == cuda.number(0); });
  if (!major) return std::nullopt;
  return Floor{major->floor, major->source};
}

const Toolkit* toolkit(const Dotted& cuda) {
  return find(tables::toolkits(), [&](const Toolkit& row) { return row.cuda.shares(cuda, 2); });
}

const Branch* branch_of(const Dotted& driver) {
  return find(tables::branches(), [&](const Branch& row) { return row.number == driver.number(0); });
}

const TorchBuild* torch_build(const Dotted& torch, std::string_view variant, Platform platform) {
  if (platform == Platform::aarch64)
    return find(tables::torch_aarch64(),
                [&](const TorchBuild& row) { return row.variant == variant && row.torch <= torch; });
  return find(tables::torch_x86_64(),
              [&](const TorchBuild& row) { return row.variant == variant && row.torch == torch; });
}

std::span<const TorchBuild> torch_builds() {
  return tables::torch_x86_64();
}

const Architecture* architecture(const Dotted& compute_capability) {
  return find(tables::architectures(),
              [&](const Architecture& row) { return row.compute_capability == compute_capability; });
}

std::optional<CudnnSupport> cudnn_support(const Dotted& cudnn) {
  const auto* release = find(tables::cudnn_releases(), [&](const tables::CudnnRelease& row) {
    return row.cudnn.shares(cudnn, row.cudnn.count());
  });
  const auto* drop = find(tables::cudnn_drops(), [&](const tables::CudnnDrop& row) { return row.since <= cudnn; });
  if (!release && !drop) return std::nullopt;
  CudnnSupport support;
  support.source = drop ? drop->source : release->source;
  if (release) {
    support.cuda_majors = release->cuda_majors;
    support.compute_capability = release->compute_capability;
    if (release->compute_capability || !drop) support.source = release->source;
  }
  if (drop) {
    support.oldest_cuda_major = drop->oldest_cuda_major;
    if (!support.compute_capability) support.compute_capability = drop->compute_capability;
  }
  return support;
}

std::optional<std::string_view> wheel_of(std::string_view soname, unsigned cuda_major) {
  std::optional<std::string_view> only;
  for (const tables::Wheel& wheel : tables::wheels()) {
    if (wheel.library != soname) continue;
    if (wheel.cuda_major == cuda_major) return wheel.requirement;
    if (only) return std::nullopt;  // of two major versions, and which one is meant is unknown
    only = wheel.requirement;
  }
  return only;
}

}  // namespace envguard::knowledge
