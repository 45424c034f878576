#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "detect/facts.hpp"
#include "detect/search.hpp"
#include "model/observed.hpp"

namespace envguard::detect {

/// The value of a top-level `name = …` or `name: type = …` of a Python file, read as text: a string without its quotes,
/// `True`, `False`, `None` as they stand. Nothing where no line assigns it.
[[nodiscard]] std::optional<std::string> assigned(std::string_view python, std::string_view name);

/// The version of a LibTorch folder: build-version, else TorchConfigVersion.cmake.
[[nodiscard]] std::optional<model::Component> libtorch_version(Search& search, const std::filesystem::path& root,
                                                               const std::filesystem::path& library);

/// "sm_75 sm_80 …" that this torch was built for: the flags string in libtorch_python.so; nothing where it has none.
[[nodiscard]] std::optional<std::string> cuda_architectures(const model::Install& install);

/// torch, torch-git and [build] (cuda, hip, debug, cuda-architectures) of an install.
[[nodiscard]] Facts torch(Search& search, const model::Install& install);

}  // namespace envguard::detect
