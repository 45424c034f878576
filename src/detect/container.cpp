#include "detect/container.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "detect/container_gpu.hpp"
#include "detect/mounts.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

namespace {

constexpr std::size_t id_digits = 64;  // of a container: SHA-256 in hex

bool begins_with_id(std::string_view text) {
  return text.size() >= id_digits &&
         text.substr(0, id_digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whether `text` has `before`, a container's id and then `after`.
bool has_id_between(std::string_view text, std::string_view before, std::string_view after) {
  for (auto place = text.find(before); place != std::string_view::npos; place = text.find(before, place + 1)) {
    const auto rest = text.substr(place + before.size());
    if (begins_with_id(rest) && rest.substr(id_digits).starts_with(after)) return true;
  }
  return false;
}

/// What one source of evidence says.
struct Evidence {
  std::string runtime;      ///< the program that made the container; empty: not told
  bool kubernetes = false;  ///< and that a pod is around it

  void add(std::string_view name) {
    if (runtime.empty()) runtime = name;
  }
};

/// Before a container's id in a path of control groups: as the runtimes' cgroupfs and systemd drivers name them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> group_prefixes{
    {{"/docker/", "docker"},
     {"/docker-", "docker"},
     {"/libpod-", "podman"},
     {"/cri-containerd-", "containerd"},
     {"/nerdctl-", "containerd"},
     {"/crio-", "cri-o"}}};

/// "4:memory:/docker/<id>", "0::/kubepods.slice/kubepods-pod….slice/cri-containerd-<id>.scope"; with a namespace of its
/// own a container sees "0::/" alone.
Evidence of_groups(std::string_view text) {
  Evidence evidence;
  for (const std::string_view line : base::split(text, '\n')) {
    const auto path = line.substr(std::min(line.find('/'), line.size()));
    for (const auto& [prefix, runtime] : group_prefixes)
      if (has_id_between(path, prefix, "")) evidence.add(runtime);
    for (const std::string_view part : base::split(path, '/')) {
      if (part == "kubepods" || part.starts_with("kubepods.slice") || part.starts_with("kubepods-") ||
          part.starts_with("kubelet-kubepods"))
        evidence.kubernetes = true;
    }
    if (path.starts_with("/lxc/") || path.starts_with("/lxc.payload")) evidence.add("lxc");
    if (path.find("/machine.slice/") != std::string_view::npos && path.find("/payload") != std::string_view::npos)
      evidence.add("systemd-nspawn");
  }
  return evidence;
}

/// Under version 2 of control groups the mounts tell: the files of /etc that a runtime lays over the image's, and where
/// the layers of the root lie. Only these: a host's table holds the mounts of all its containers.
Evidence of_mounts(const std::vector<Mount>& mounts) {
  Evidence evidence;
  if (mounted_at(mounts, "/.lock") != nullptr) evidence.add("enroot");  // NVIDIA/enroot src/runtime.sh, _start
  for (const std::string_view point : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}) {
    const Mount* mount = mounted_at(mounts, point);
    if (mount == nullptr) continue;
    if (has_id_between(mount->root, "/overlay-containers/", "/userdata/")) evidence.add("podman");
    if (has_id_between(mount->root, "/containers/", "/")) evidence.add("docker");
    if (has_id_between(mount->root, "/sandboxes/", "/")) evidence.add("containerd");
    if (mount->root.ends_with("/etc-hosts") && mount->root.find("/pods/") != std::string::npos)
      evidence.kubernetes = true;
  }
  const Mount* root = mounted_at(mounts, "/");
  if (root == nullptr || root->type.find("overlay") == std::string::npos) return evidence;
  const std::string& layers = root->options;
  if (layers.find("/docker/overlay2/") != std::string::npos) evidence.add("docker");
  if (layers.find("/containers/storage/overlay") != std::string::npos) evidence.add("podman");
  if (layers.find("/io.containerd.snapshotter.v1.") != std::string::npos) evidence.add("containerd");
  return evidence;
}

/// /.dockerenv stays in an image that was exported; where the root is a whole disk, that image runs as a machine.
bool is_whole_disk(const Mount* root) {
  return root != nullptr && root->root == "/" && root->source.starts_with("/dev/");
}

Evidence of_files(const model::Machine& machine, const std::vector<Mount>& mounts) {
  Search search;
  Evidence evidence;
  const auto root = machine.proc / "self" / "root";  // this process's own root folder
  if (search.has_folder(root / ".singularity.d")) evidence.add("apptainer");
  if (search.has_file(root / "run" / ".containerenv")) evidence.add("podman");
  if (search.has_file(root / ".dockerenv") && !is_whole_disk(mounted_at(mounts, "/"))) evidence.add("docker");
  evidence.kubernetes = search.has_folder(root / "var" / "run" / "secrets" / "kubernetes.io");
  return evidence;
}

Evidence of_variables(const model::Machine& machine) {
  const auto set = [&](const char* name) { return !machine.variable(name).empty(); };
  Evidence evidence;
  if (set("APPTAINER_CONTAINER") || set("SINGULARITY_CONTAINER")) evidence.add("apptainer");
  evidence.kubernetes = set("KUBERNETES_SERVICE_HOST");
  return evidence;
}

/// What a container manager told the first process (systemd.io/CONTAINER_INTERFACE), which systemd writes down for the
/// rest. WSL is a virtual machine, and "oci" any runtime.
Evidence declared(const model::Machine& machine) {
  Search search;
  Evidence evidence;
  const auto place = machine.proc / "self" / "root" / "run" / "systemd" / "container";
  for (const std::string& value : {machine.variable("container"), search.text(place).value_or("")}) {
    const std::string_view name = base::trim(value);
    if (base::is_plain_name(name) && name != "wsl" && name != "oci") evidence.add(name);
  }
  return evidence;
}

/// Editors and clouds that develop within a container: what they set in it.
std::vector<std::string> workspaces(const model::Machine& machine, const std::vector<Mount>& mounts) {
  const auto is = [&](const char* name, std::string_view value) { return machine.variable(name) == value; };
  std::vector<std::string> found;
  const bool codespaces = is("CODESPACES", "true");
  // REMOTE_CONTAINERS: microsoft/vscode-remote-release#3517; DEVPOD: loft-sh/devpod#905; the volume "vscode" is the
  // Dev Containers extension's.
  if (codespaces || is("REMOTE_CONTAINERS", "true") || is("DEVPOD", "true") || mounted_at(mounts, "/vscode") != nullptr)
    found.emplace_back("devcontainer");
  if (codespaces) found.emplace_back("codespaces");
  return found;
}

}  // namespace

model::Container container(const model::Machine& machine) {
  Search search;
  const auto mounts = parse_mounts(search.text(machine.proc / "self" / "mountinfo").value_or(""));
  model::Container container;
  container.device_files = gpu_device_files(machine);
  Evidence all;
  // The innermost first: a variable of Apptainer's is set within it, while Docker's files stand around it.
  for (const Evidence& evidence :
       {of_variables(machine), of_mounts(mounts), of_groups(search.text(machine.proc / "self" / "cgroup").value_or("")),
        of_groups(search.text(machine.proc / "1" / "cgroup").value_or("")), of_files(machine, mounts),
        declared(machine)}) {
    all.add(evidence.runtime);
    all.kubernetes = all.kubernetes || evidence.kubernetes;
  }
  if (all.runtime.empty() && !all.kubernetes) return container;
  if (all.runtime == "podman" && all.kubernetes) all.runtime = "cri-o";  // of one family, with the same files
  container.kind = all.runtime.empty() ? "kubernetes" : all.runtime;
  if (all.kubernetes && container.kind != "kubernetes") container.within.emplace_back("kubernetes");
  for (std::string& workspace : workspaces(machine, mounts)) container.within.push_back(std::move(workspace));
  container.image = nvidia_image(machine);
  container.preset_knobs = preset_by_nvidia(machine);
  return with_gpu_route(std::move(container), machine, mounts);
}

}  // namespace envguard::detect
