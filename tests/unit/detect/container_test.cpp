#include "detect/container.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tree.hpp"

namespace envguard::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string a_container(64, 'c');
const std::string host_root = "22 1 254:0 / / rw - ext4 /dev/sda2 rw\n";

model::Container with(const std::string& tree) {
  return container(Tree(tree).machine);
}

std::string kind(const std::string& tree) {
  return with(tree).kind;
}

std::string groups(const std::string& line) {
  return "-- proc/self/cgroup --\n" + line + "\n";
}

std::string mounts(const std::string& lines) {
  return "-- proc/self/mountinfo --\n" + lines;
}

/// A line of mountinfo.
std::string mount(const std::string& root, const std::string& point, const std::string& type = "ext4",
                  const std::string& options = "rw") {
  return "30 22 0:30 " + root + " " + point + " rw - " + type + " " + type + " " + options + "\n";
}

TEST(Container, AMachineOfItsOwnIsNone) {
  EXPECT_EQ(with(""), model::Container());
  EXPECT_EQ(kind(mounts(host_root) + groups("0::/user.slice/user-1000.slice/session-3.scope")), "none");
}

TEST(Container, TheGroupsOfVersionOneName) {
  EXPECT_EQ(kind(groups("4:memory:/docker/" + a_container + "\n0::/")), "docker");
  EXPECT_EQ(kind(groups("2:cpu:/libpod_parent/libpod-" + a_container)), "podman");
  EXPECT_EQ(kind(groups("2:cpu:/lxc/web")), "lxc");
  EXPECT_EQ(kind("-- proc/1/cgroup --\n4:memory:/docker/" + a_container + "\n"), "docker");
}

TEST(Container, TheScopesOfSystemdName) {
  EXPECT_EQ(kind(groups("0::/system.slice/docker-" + a_container + ".scope")), "docker");
  EXPECT_EQ(
      kind(groups("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + a_container + ".scope")),
      "podman");
  EXPECT_EQ(kind(groups("0::/system.slice/nerdctl-" + a_container + ".scope")), "containerd");
  EXPECT_EQ(kind(groups("0::/lxc.payload.web/system.slice/ssh.service")), "lxc");
  EXPECT_EQ(kind(groups("0::/machine.slice/machine-box.scope/payload/init.scope")), "systemd-nspawn");
}

TEST(Container, AWordInAPathIsNoProof) {
  EXPECT_EQ(kind(groups("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-docker\\x2ddesktop.scope")),
            "none");
  EXPECT_EQ(kind(groups("0::/system.slice/docker.service")), "none");
  EXPECT_EQ(kind(groups("0::/system.slice/containerd.service/docker/kubernetes")), "none");
  EXPECT_EQ(kind(groups("0::/user.slice/docker-cafe.scope")), "none");
  EXPECT_EQ(kind(groups("0::/lxc.monitor.web")), "none");
  EXPECT_EQ(kind(groups("0::/machine.slice/machine-box.scope/supervisor")), "none");
}

TEST(Container, UnderVersionTwoTheMountsTell) {
  const std::string own = groups("0::/");
  EXPECT_EQ(kind(own + mounts(mount("/var/lib/docker/containers/" + a_container + "/hosts", "/etc/hosts"))), "docker");
  EXPECT_EQ(kind(own + mounts(mount("/containers/" + a_container + "/resolv.conf", "/etc/resolv.conf"))), "docker");
  EXPECT_EQ(kind(own + mounts(mount("/", "/", "overlay", "rw,lowerdir=/var/lib/docker/overlay2/l/A:/b"))), "docker");
  EXPECT_EQ(kind(own + mounts(mount("/containers/storage/overlay-containers/" + a_container + "/userdata/hostname",
                                    "/etc/hostname"))),
            "podman");
  EXPECT_EQ(kind(own + mounts(mount("/", "/", "fuse.fuse-overlayfs",
                                    "rw,lowerdir=/home/a/.local/share/containers/storage/overlay/l/B"))),
            "podman");
  EXPECT_EQ(kind(own + mounts(mount("/", "/", "overlay",
                                    "rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/1/fs"))),
            "containerd");
}

TEST(Container, TheMountsOfAHostsContainersAreNotItsOwn) {
  EXPECT_EQ(kind(mounts(host_root +
                        mount("/", "/var/lib/docker/overlay2/" + a_container + "/merged", "overlay",
                              "rw,lowerdir=/var/lib/docker/overlay2/l/A") +
                        mount("/var/lib/docker/containers/" + a_container + "/hosts", "/mnt/backup/hosts"))),
            "none");
}

TEST(Container, DockersFileInAnImageThatRunsAsAMachineIsNone) {
  const std::string file = "-- proc/self/root/.dockerenv --\n";
  EXPECT_EQ(kind(file), "docker");
  EXPECT_EQ(kind(file + mounts(mount("/", "/", "overlay", "rw"))), "docker");
  EXPECT_EQ(kind(file + mounts(host_root)), "none");
}

TEST(Container, FilesAndVariablesName) {
  EXPECT_EQ(kind("-- proc/self/root/run/.containerenv --\n"), "podman");
  EXPECT_EQ(kind("-- proc/self/root/.singularity.d/ --\n"), "apptainer");
  EXPECT_EQ(kind("set APPTAINER_CONTAINER=x.sif\n"), "apptainer");
  EXPECT_EQ(kind("set SINGULARITY_CONTAINER=x.sif\n"), "apptainer");
  EXPECT_EQ(kind("set container=podman\n"), "podman");
  EXPECT_EQ(kind("-- proc/self/root/run/systemd/container --\nlxc\n"), "lxc");
  EXPECT_EQ(kind(mounts(mount("/tmp/enroot/.lock", "/.lock"))), "enroot");
  EXPECT_EQ(kind("set container=wsl\n"), "none");
  EXPECT_EQ(kind("set container=oci\n-- proc/self/root/run/.containerenv --\n"), "podman");
  EXPECT_EQ(kind("set container=\x1b[31mred\n"), "none");
}

TEST(Container, ApptainerWithinDockerIsApptainer) {
  EXPECT_EQ(kind("set APPTAINER_CONTAINER=x.sif\n-- proc/self/root/.dockerenv --\n"), "apptainer");
}

TEST(Container, APodIsAroundItsRuntime) {
  const auto pod =
      with(groups("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/"
                  "cri-containerd-" +
                  a_container + ".scope"));
  EXPECT_EQ(pod.kind, "containerd");
  EXPECT_THAT(pod.within, ElementsAre("kubernetes"));
  EXPECT_EQ(kind(groups("3:cpu:/kubepods/burstable/pod7/" + a_container)), "kubernetes");
  EXPECT_EQ(kind("-- proc/self/root/var/run/secrets/kubernetes.io/ --\n"), "kubernetes");
  EXPECT_EQ(kind("set KUBERNETES_SERVICE_HOST=10.0.0.1\n"), "kubernetes");
  EXPECT_EQ(kind("set KUBERNETES_SERVICE_HOST=10.0.0.1\n" +
                 mounts(mount("/containers/storage/overlay-containers/" + a_container + "/userdata/hostname",
                              "/etc/hostname"))),
            "cri-o");
  EXPECT_EQ(kind(mounts(mount("/var/lib/kubelet/pods/1/etc-hosts", "/etc/hosts") +
                        mount("/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/" + a_container + "/resolv.conf",
                              "/etc/resolv.conf"))),
            "containerd");
}

TEST(Container, AWorkspaceOfAnEditorIsWithin) {
  const std::string docker = "-- proc/self/root/.dockerenv --\n";
  EXPECT_THAT(with("set REMOTE_CONTAINERS=true\n" + docker).within, ElementsAre("devcontainer"));
  EXPECT_THAT(with("set CODESPACES=true\n" + docker).within, ElementsAre("devcontainer", "codespaces"));
  EXPECT_THAT(with(docker + mounts(mount("/vscode", "/vscode"))).within, ElementsAre("devcontainer"));
  EXPECT_THAT(with("set CODESPACES=false\n" + docker).within, IsEmpty());
}

/// Docker, and how a GPU came into it.
model::Container gpu(const std::string& settings, const std::string& lines) {
  return with(settings + "-- proc/self/root/.dockerenv --\n" + mounts(mount("/", "/", "overlay") + lines));
}

const std::string gpu_files =
    "-- dev/nvidia0 --\n-- dev/nvidiactl --\n-- dev/nvidia-uvm --\n-- dev/null --\n-- dev/nvme0 --\n";
const std::string a_driver_library = mount("/usr/lib/libcuda.so.580.65.06", "/usr/lib/libcuda.so.580.65.06");

TEST(ContainerGpu, TheLegacyHookLeavesAFolderOfItsOwnInProc) {
  const auto found =
      gpu("set NVIDIA_VISIBLE_DEVICES=all\nset NVIDIA_DRIVER_CAPABILITIES=compute, utility\n" + gpu_files,
          mount("/", "/proc/driver/nvidia", "tmpfs") + a_driver_library +
              mount("/usr/bin/nvidia-smi", "/usr/bin/nvidia-smi") +
              mount("/usr/lib/libnvidia-ml.so.580.65.06", "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.65.06") +
              mount("/run/nvidia-persistenced/socket", "/run/nvidia-persistenced/socket"));
  EXPECT_EQ(found.gpu_route, "nvidia-container-toolkit");
  EXPECT_THAT(found.visible_devices, ElementsAre("all"));
  EXPECT_THAT(found.driver_capabilities, ElementsAre("compute", "utility"));
  EXPECT_THAT(found.device_files, ElementsAre("nvidia-uvm", "nvidia0", "nvidiactl"));
  EXPECT_THAT(found.driver_libraries, ElementsAre("libcuda.so.580.65.06", "libnvidia-ml.so.580.65.06"));
}

TEST(ContainerGpu, CdiLeavesVoidOrItsOwnMarks) {
  EXPECT_EQ(gpu("set NVIDIA_VISIBLE_DEVICES=void\n" + gpu_files, a_driver_library).gpu_route, "cdi");
  EXPECT_EQ(gpu("set NVIDIA_CTK_LIBCUDA_DIR=/usr/lib\n" + gpu_files, a_driver_library).gpu_route, "cdi");
  EXPECT_EQ(gpu(gpu_files, a_driver_library + mount("/nvct-params", "/proc/driver/nvidia/params", "tmpfs")).gpu_route,
            "cdi");
}

TEST(ContainerGpu, WithoutDeviceOrLibraryItIsNone) {
  EXPECT_EQ(gpu("", "").gpu_route, "none");
  EXPECT_EQ(gpu("set NVIDIA_VISIBLE_DEVICES=all\n", "").gpu_route, "none");
  EXPECT_EQ(gpu("set NVIDIA_VISIBLE_DEVICES=void\n", "").gpu_route, "none");
}

TEST(ContainerGpu, FilesPassedByHand) {
  EXPECT_EQ(gpu(gpu_files, "").gpu_route, "device-files");
  EXPECT_EQ(gpu(gpu_files, a_driver_library).gpu_route, "device-files");
}

TEST(ContainerGpu, WindowsGivesADeviceOfItsOwn) {
  const auto found =
      gpu("-- dev/dxg --\n", mount("/lib", "/usr/lib/wsl/lib", "overlay") + mount("/drivers", "/usr/lib/wsl/drivers"));
  EXPECT_EQ(found.gpu_route, "wsl");
  EXPECT_THAT(found.device_files, ElementsAre("dxg"));
}

TEST(ContainerGpu, ApptainerBringsTheLibrariesItself) {
  const std::string inside = "set APPTAINER_CONTAINER=x.sif\n" + gpu_files;
  EXPECT_EQ(with(inside + mounts(mount("/usr/lib/libcuda.so.1", "/.singularity.d/libs/libcuda.so.1"))).gpu_route,
            "apptainer --nv");
  EXPECT_EQ(with(inside + mounts(mount("/usr/lib/libfakeroot.so", "/.singularity.d/libs/libfakeroot.so"))).gpu_route,
            "none")
      << "the host's /dev is always there";
  EXPECT_EQ(with(inside + mounts(mount("/usr/lib/libcuda.so.1", "/opt/libcuda.so.1"))).gpu_route, "device-files");
}

TEST(ContainerGpu, AHostHasNoRoute) {
  const auto found = with("set NVIDIA_VISIBLE_DEVICES=all\n" + gpu_files);
  EXPECT_EQ(found.gpu_route, "");
  EXPECT_THAT(found.visible_devices, IsEmpty());
  EXPECT_THAT(found.device_files, ElementsAre("nvidia-uvm", "nvidia0", "nvidiactl"));
}

TEST(ContainerImage, NvidiasNameThemselves) {
  EXPECT_EQ(gpu("set NVIDIA_PRODUCT_NAME=PyTorch\nset NVIDIA_PYTORCH_VERSION=26.07\n", "").image,
            "NVIDIA PyTorch 26.07");
  EXPECT_EQ(gpu("set NVIDIA_PYTORCH_VERSION=21.12\n", "").image, "NVIDIA PyTorch 21.12");
  EXPECT_EQ(gpu("set NVIDIA_PRODUCT_NAME=CUDA\nset CUDA_VERSION=13.0.1\n", "").image, "NVIDIA CUDA 13.0.1");
  EXPECT_EQ(gpu("set NVIDIA_PRODUCT_NAME=PyTorch\n", "").image, "NVIDIA PyTorch");
  EXPECT_EQ(gpu("", "").image, "");
}

TEST(ContainerImage, AKnobThatTheImagePresetsIsItsOwnOnlyAtItsValue) {
  const std::string image = "set NVIDIA_PYTORCH_VERSION=26.07\n";
  EXPECT_THAT(gpu(image + "set TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1\n", "").preset_knobs,
              ElementsAre("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"));
  EXPECT_THAT(gpu(image + "set TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=0\n", "").preset_knobs, IsEmpty());
  EXPECT_THAT(gpu("set TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1\n", "").preset_knobs, IsEmpty());
}

}  // namespace
}  // namespace envguard::detect
