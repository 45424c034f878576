#pragma once

#include <filesystem>
#include <string>

#include "detect/discovery.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// A machine that lies in a temporary folder, written from text. `@` stands for that folder everywhere.
///
///     cwd @/repo                    settings: cwd, top, torch, environment (NAME PYTHON), set (NAME=value)
///     -- repo/.venv/pyvenv.cfg --   a file and its text, up to the next such line
///     -- bin/python3 -> python --   a symbolic link
///     -- empty/ --                  a folder
///     -- bin/tool * --              an executable file
class Tree {
 public:
  explicit Tree(const std::string& text);
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// Puts more of the same text on top.
  void add(const std::string& text);
  [[nodiscard]] std::filesystem::path operator/(const std::string& path) const { return root_ / path; }
  [[nodiscard]] Discovery find() const;
  /// The text with the temporary folder written as `@` again.
  [[nodiscard]] std::string plain(std::string text) const;

  model::Machine machine;
  Question question;

 private:
  void setting(const std::string& line);
  [[nodiscard]] std::string placed(std::string text) const;
  std::filesystem::path root_;
  model::Environment environment_;
};

/// The text of fixtures/machines/NAME.
[[nodiscard]] std::string machine_fixture(const std::string& name);

/// A site-packages folder with a torch of this version: the lines of a tree.
[[nodiscard]] std::string torch_in(const std::string& packages, const std::string& version);

}  // namespace envguard::detect
