#pragma once

#include "model/run.hpp"

namespace envguard::test {

inline model::ProbeResult ok_probe(const std::string& id) {
  model::Evidence evidence;
  evidence.norm = 0x1.8p+3;
  evidence.max = 1.0 / 3;
  evidence.elements = 348'117;
  evidence.negative_zero = 2;
  evidence.sentinels.fill(-0.0);
  evidence.sketch.high.fill(0x1.23456789abcdep-900);
  evidence.sketch.low.fill(0x1.fffffep+100F);
  return {id, model::ProbeStatus::ok, base::hash128(id), evidence, ""};
}

/// Every member set, hostile bytes included.
inline model::Run sample_run() {
  model::Run run;
  run.plan.recipe = 1;
  run.plan.install = {
      model::Install::Kind::site_packages, "/venv/\xff/torch", "/venv/\xff/torch/lib", "/venv", "--torch", "2.11.0"};
  run.plan.preload = {"/venv/nvidia/cu13/lib/libcublasLt.so.13"};
  run.plan.device = {model::DeviceKind::cuda, 3};
  run.plan.threads = 2;
  run.plan.flags = {{"deterministic-algorithms", "true"}};
  run.plan.probes = {"blas.a", "blas.b"};
  run.plan.perturb = {1, UINT64_MAX};
  run.plan.keep_bytes = true;
  run.build = "0.1.0-abc";
  run.torch_version = "2.11.0";
  run.gpu = model::GpuKey{"NVIDIA H200", "9.0", 132};
  run.built = {{"onednn", "3.10.3"}};
  run.flags = {{"deterministic-algorithms", "true"}};
  run.not_settable = {"cudnn-benchmark"};
  run.probes = {ok_probe("blas.a"),
                {"blas.b", model::ProbeStatus::unsupported, {}, {}, "no \xf0\x9f kernel\n\x1b[31m"}};
  run.libraries = {{"libc.so.6", "/lib/libc.so.6", "0123"}};
  run.versions = {{"cudnn", "9.19.0", "cudnnGetVersion"}};
  run.environment = {{"A", "b=c\n", "caller"}, {"GIT_DIR", std::nullopt, "kept from children"}};
  run.fault = model::Fault{model::Fault::Kind::will_not_die, "process 7 does not die", "blas.b"};
  run.resumed = true;
  run.seconds = 0.1;
  run.output = std::string("a\0b\xff", 4);
  return run;
}

}  // namespace envguard::test
