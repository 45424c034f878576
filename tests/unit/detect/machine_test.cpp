#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/cpu.hpp"
#include "detect/driver.hpp"
#include "detect/system.hpp"

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string isa(const std::string& flags) {
  const Tree tree(
      "-- proc/cpuinfo --\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nflags\t\t: " + flags + "\n");
  return cpu_key(tree.machine).isa;
}

TEST(Cpu, TheKeyIsTheFirstProcessors) {
  const Tree tree(
      "-- proc/cpuinfo --\nprocessor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 97\n"
      "flags\t\t: fpu avx2 fma\n\nprocessor\t: 1\nvendor_id\t: Other\n");
  EXPECT_EQ(cpu_key(tree.machine), (model::CpuKey{"AuthenticAMD", 25, 97, "avx2"}));
}

TEST(Cpu, TheLevelIsTheHighestWhosePartsAreAllThere) {
  EXPECT_EQ(isa("sse2 sse4_2"), "sse4.2");
  EXPECT_EQ(isa("sse4_2 avx avx2"), "avx");  // without fma no library takes its AVX2 path
  EXPECT_EQ(isa("sse4_2 avx avx2 fma"), "avx2");
  EXPECT_EQ(isa("avx2 fma avx512f avx512bw avx512vl avx512dq"), "avx512");
  EXPECT_EQ(isa("avx2 fma avx512f avx512bw avx512vl avx512dq avx512_vnni"), "avx512-vnni");
  EXPECT_EQ(isa("avx2 fma avx512f avx512bw avx512vl avx512dq avx512_vnni avx512_bf16"), "avx512-bf16");
  EXPECT_EQ(isa("avx2 fma avx512f avx512bw avx512vl avx512_bf16 amx_tile amx_bf16 amx_int8"), "amx");
  EXPECT_EQ(isa("avx2 fma amx_tile"), "avx2");
}

TEST(Cpu, NoVariableChangesTheKey) {
  Tree tree("-- proc/cpuinfo --\nvendor_id\t: GenuineIntel\nflags\t\t: avx2 fma\n");
  tree.machine.environment["ATEN_CPU_CAPABILITY"] = "default";
  EXPECT_EQ(cpu_key(tree.machine).isa, "avx2");
}

TEST(Cpu, AnArmCoreIsNamedByItsRegisters) {
  const Tree tree(
      "-- proc/cpuinfo --\nprocessor\t: 0\nFeatures\t: fp asimd sve bf16\nCPU implementer\t: 0x41\n"
      "CPU architecture: 8\nCPU part\t: 0xd4f\n");
  EXPECT_EQ(cpu_key(tree.machine), (model::CpuKey{"ARM", 8, 0xd4f, "sve"}));
}

TEST(Cpu, WithoutCpuinfoItIsUnknown) {
  EXPECT_EQ(cpu_key(Tree("").machine), (model::CpuKey{"unknown", 0, 0, "unknown"}));
}

TEST(Cpu, CachesAreReadFromTheFirstCore) {
  const std::string folder = "-- sys/devices/system/cpu/cpu0/cache/";
  const Tree tree(folder + "index3/level --\n3\n" + folder + "index3/type --\nUnified\n" + folder +
                  "index3/size --\n32768K\n" + folder + "index0/level --\n1\n" + folder + "index0/type --\nData\n" +
                  folder + "index0/size --\n32K\n" + folder + "index1/level --\n1\n" + folder +
                  "index1/type --\nInstruction\n" + folder + "index1/size --\n32K\n");
  EXPECT_THAT(caches(tree.machine), ElementsAre(Pair("l1d", "32 KiB"), Pair("l1i", "32 KiB"), Pair("l3", "32768 KiB")));
  EXPECT_THAT(caches(Tree("").machine), testing::IsEmpty());
}

TEST(Driver, SysfsIsAskedBeforeProcfsAndAbsenceSaysWhere) {
  const std::string proc =
      "-- proc/driver/nvidia/version --\nNVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  "
      "Release Build  (dvs-builder@U22)\nGCC version:  gcc version 12.3.0\n";
  Tree tree(proc);
  EXPECT_EQ(driver(tree.machine).components.at(0).version, "580.65.06");
  tree.add("-- sys/module/nvidia/version --\n570.10\n");
  EXPECT_EQ(driver(tree.machine).components.at(0).version, "570.10");
  EXPECT_EQ(tree.plain(driver(tree.machine).components.at(0).origin), "@/sys/module/nvidia/version");
  const Tree none("");
  EXPECT_THAT(driver(none.machine).components, testing::IsEmpty());
  EXPECT_EQ(none.plain(driver(none.machine).absent.at(0).looked_in),
            "@/sys/module/nvidia/version, @/proc/driver/nvidia/version");
}

TEST(Kernel, TheReleaseIsTheKernelsOwn) {
  EXPECT_EQ(kernel(Tree("-- proc/sys/kernel/osrelease --\n6.8.0-31-generic\n").machine).components.at(0).version,
            "6.8.0-31-generic");
  EXPECT_EQ(kernel(Tree("").machine).absent.at(0).name, "kernel");
}

}  // namespace
}  // namespace envguard::detect
