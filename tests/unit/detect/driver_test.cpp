// The kernel's side of the driver, from text alone.
#include "detect/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* information =
    "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 201\nGPU UUID: \t GPU-1b5e0000-0000-0000-0000-000000000001\n"
    "Bus Type: \t PCIe\nBus Location: \t 0000:1b:00.0\nDevice Minor: \t 0\nGPU Excluded:\t No\n";

TEST(KernelDriver, NoneWhereNothingIsLoaded) {
  EXPECT_FALSE(kernel_driver(Tree("").machine));
}

TEST(KernelDriver, TheOpenModuleIsTold) {
  const Tree open(
      "-- proc/driver/nvidia/version --\nNVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  "
      "Release\n");
  EXPECT_EQ(kernel_driver(open.machine)->version, "580.65.06");
  EXPECT_TRUE(kernel_driver(open.machine)->open);
  const Tree closed(
      "-- proc/driver/nvidia/version --\nNVRM version: NVIDIA UNIX x86_64 Kernel Module  535.161.08  Mon\n");
  EXPECT_EQ(kernel_driver(closed.machine)->version, "535.161.08");
  EXPECT_FALSE(kernel_driver(closed.machine)->open);
  const Tree sysfs("-- sys/module/nvidia/version --\n570.10\n");
  EXPECT_EQ(kernel_driver(sysfs.machine)->version, "570.10");
}

TEST(KernelDriver, ItsGpusAreNamedByModelAndPlace) {
  Tree tree(std::string("-- proc/driver/nvidia/gpus/0000:1b:00.0/information --\n") + information);
  tree.add("-- proc/driver/nvidia/gpus/0000:43:00.0/information --\nModel: \t NVIDIA L4\nGPU Excluded:\t Yes\n");
  const auto found = kernel_driver(tree.machine);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, "");
  EXPECT_THAT(found->gpus, ElementsAre("NVIDIA H100 80GB HBM3 at 0000:1b:00.0", "NVIDIA L4 at 0000:43:00.0"));
  EXPECT_THAT(found->excluded, ElementsAre("NVIDIA L4 at 0000:43:00.0"));
}

TEST(KernelDriver, AFolderThatSaysNothingIsAGpuAllTheSame) {
  const Tree tree("-- proc/driver/nvidia/gpus/0000:1b:00.0/information --\n");
  EXPECT_THAT(kernel_driver(tree.machine)->gpus, ElementsAre("a GPU at 0000:1b:00.0"));
  EXPECT_THAT(kernel_driver(tree.machine)->excluded, IsEmpty());
}

TEST(KernelDriver, ABranchThatIsKnownHasItsEnd) {
  const auto branch = [](const std::string& version) {
    return kernel_driver(Tree("-- sys/module/nvidia/version --\n" + version + "\n").machine)->branch;
  };
  EXPECT_EQ(branch("535.161.08"), "535, long-term support until 2026-06");
  EXPECT_EQ(branch("999.1"), "");
}

TEST(PciGpus, AreNvidiasDisplayControllers) {
  Tree tree(
      "-- sys/bus/pci/devices/0000:00:02.0/vendor --\n0x8086\n-- sys/bus/pci/devices/0000:00:02.0/class --\n0x030000\n"
      "-- sys/bus/pci/devices/0000:01:00.0/vendor --\n0x10de\n-- sys/bus/pci/devices/0000:01:00.0/class --\n0x030000\n"
      "-- sys/bus/pci/devices/0000:01:00.0/driver -> ../../../bus/pci/drivers/nouveau --\n"
      "-- sys/bus/pci/devices/0000:01:00.1/vendor --\n0x10de\n-- sys/bus/pci/devices/0000:01:00.1/class --\n0x040300\n"
      "-- sys/bus/pci/devices/0000:41:00.0/vendor --\n0x10de\n-- sys/bus/pci/devices/0000:41:00.0/class "
      "--\n0x030200\n");
  EXPECT_THAT(pci_gpus(tree.machine),
              ElementsAre(model::PciGpu{"0000:01:00.0", "nouveau"}, model::PciGpu{"0000:41:00.0", ""}));
  EXPECT_THAT(pci_gpus(Tree("").machine), IsEmpty());
}

TEST(Wsl, IsKnownByItsKernelOrItsDevice) {
  EXPECT_FALSE(wsl(Tree("-- proc/sys/kernel/osrelease --\n6.8.0-31-generic\n").machine));
  EXPECT_TRUE(wsl(Tree("-- proc/sys/kernel/osrelease --\n5.15.167.4-microsoft-standard-WSL2\n").machine));
  EXPECT_TRUE(wsl(Tree("-- proc/sys/kernel/osrelease --\n4.4.0-19041-Microsoft\n").machine));
  EXPECT_TRUE(wsl(Tree("-- dev/dxg --\n").machine));
}

}  // namespace
}  // namespace envguard::detect
