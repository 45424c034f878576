#include "detect/torch.hpp"

#include <fmt/format.h>

#include "base/elf.hpp"
#include "base/text.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

// torch 2.11's libtorch_python.so has 1 MB of constants; a debug build's are not much larger.
constexpr std::size_t most_torch_constants = std::size_t{256} << 20;

std::string shown(const std::optional<std::string>& value) {
  return !value || *value == "None" ? "none" : *value;
}

Facts package_facts(Search& search, const model::Install& install) {
  const std::string place = "torch/version.py";
  const std::string text = search.text(install.root / "version.py", base::limits::policy_bytes).value_or("");
  Facts facts = Facts::found("torch", install.version, place);
  if (const auto commit = assigned(text, "git_version"); commit && *commit != "None" && *commit != "Unknown")
    facts.components.push_back({"torch-git", *commit, place});
  else
    facts.absent.push_back({"torch-git", place});
  facts.build.emplace_back("cuda", shown(assigned(text, "cuda")));
  if (const std::string hip = shown(assigned(text, "hip")); hip != "none") facts.build.emplace_back("hip", hip);
  facts.build.emplace_back("debug", assigned(text, "debug") == "True" ? "true" : "false");
  if (auto architectures = cuda_architectures(install))
    facts.build.emplace_back("cuda-architectures", std::move(*architectures));
  return facts;
}

Facts libtorch_facts(Search& search, const model::Install& install) {
  Facts facts;
  if (auto version = libtorch_version(search, install.root, install.library))
    facts.components.push_back(std::move(*version));
  else
    facts.absent.push_back({"torch", "build-version, share/cmake/Torch/TorchConfigVersion.cmake"});
  const std::string commit = search.text(install.root / "build-hash", base::limits::policy_bytes).value_or("");
  if (const auto trimmed = base::trim(commit); !trimmed.empty())
    facts.components.push_back({"torch-git", std::string(trimmed), "build-hash"});
  else
    facts.absent.push_back({"torch-git", "build-hash"});
  if (auto architectures = cuda_architectures(install))
    facts.build.emplace_back("cuda-architectures", std::move(*architectures));
  return facts;
}

}  // namespace

std::optional<std::string> assigned(std::string_view python, std::string_view name) {
  for (std::string_view line : base::split(python, '\n')) {
    if (!line.starts_with(name)) continue;
    std::string_view rest = base::trim(line.substr(name.size()));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos || (equals != 0 && rest.front() != ':')) continue;
    rest = base::trim(rest.substr(equals + 1));
    if (rest.size() < 2 || (rest.front() != '\'' && rest.front() != '"'))
      return std::string(base::trim(rest.substr(0, rest.find('#'))));
    const auto close = rest.find(rest.front(), 1);
    if (close == std::string_view::npos) continue;
    return std::string(rest.substr(1, close - 1));
  }
  return std::nullopt;
}

std::optional<model::Component> libtorch_version(Search& search, const fs::path& root, const fs::path& library) {
  if (const auto text = search.text(root / "build-version", base::limits::policy_bytes))
    if (const auto version = base::trim(*text); !version.empty())
      return model::Component{"torch", std::string(version), "build-version"};
  for (const fs::path& folder : {root / "share" / "cmake", library / "cmake"}) {
    const auto text = search.text(folder / "Torch" / "TorchConfigVersion.cmake", base::limits::policy_bytes);
    if (!text) continue;
    constexpr std::string_view set = "set(PACKAGE_VERSION \"";
    const auto place = text->find(set);
    if (place == std::string::npos) continue;
    const auto close = text->find('"', place + set.size());
    if (close == std::string::npos) continue;
    return model::Component{"torch", text->substr(place + set.size(), close - place - set.size()),
                            "TorchConfigVersion.cmake"};
  }
  return std::nullopt;
}

std::optional<std::string> cuda_architectures(const model::Install& install) {
  const base::ElfFile file(install.library / "libtorch_python.so");
  const auto constants = file.section(".rodata", most_torch_constants);
  if (!constants) return std::nullopt;
  // torch._C._cuda_getArchFlags returns this constant: a string of its own that begins with the first architecture.
  for (auto place = constants->find("sm_"); place != std::string::npos; place = constants->find("sm_", place + 1)) {
    if (place != 0 && (*constants)[place - 1] != '\0') continue;
    const std::string flags = constants->substr(place, constants->find('\0', place) - place);
    if (flags.find_first_not_of("smcopute_0123456789af ") == std::string::npos) return flags;
  }
  return std::nullopt;
}

Facts torch(Search& search, const model::Install& install) {
  return install.kind == model::Install::Kind::libtorch ? libtorch_facts(search, install)
                                                        : package_facts(search, install);
}

}  // namespace envguard::detect
