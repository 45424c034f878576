#include "tree.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace envguard::detect {

namespace fs = std::filesystem;

namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto place = text.find(from); place != std::string::npos; place = text.find(from, place + to.size()))
    text.replace(place, from.size(), to);
}

}  // namespace

Tree::Tree(const std::string& text) {
  std::string pattern = (fs::temp_directory_path() / "envguard-machine-XXXXXX").string();
  root_ = fs::canonical(::mkdtemp(pattern.data()));
  machine.directory = root_;
  machine.home = root_ / "home";
  machine.sys = root_ / "sys";
  machine.proc = root_ / "proc";
  machine.etc = root_ / "etc";
  machine.dev = root_ / "dev";
  machine.local = root_ / "usr/local";
  machine.loader = root_ / "no-loader";
  machine.system_libraries = {root_ / "usr/lib/x86_64-linux-gnu"};
  question.highest = "/";
  add(text);
}

Tree::~Tree() {
  std::error_code error;
  fs::remove_all(root_, error);
}

std::string Tree::placed(std::string text) const {
  replace_all(text, "@", root_.string());
  return text;
}

std::string Tree::plain(std::string text) const {
  replace_all(text, root_.string(), "@");
  return text;
}

void Tree::setting(const std::string& line) {
  if (line.empty() || line.front() == '#') return;
  const auto blank = line.find(' ');
  const std::string name = line.substr(0, blank);
  const std::string value = placed(line.substr(blank + 1));
  if (name == "cwd") {
    machine.directory = value;
  } else if (name == "top") {
    question.top = value;
    question.highest = value;
  } else if (name == "torch") {
    question.torch = value;
  } else if (name == "set") {
    machine.environment[value.substr(0, value.find('='))] = value.substr(value.find('=') + 1);
  } else if (name == "environment") {
    environment_.name = value.substr(0, value.find(' '));
    environment_.python = value.find(' ') == std::string::npos ? "" : value.substr(value.find(' ') + 1);
    question.environment = &environment_;
  } else {
    throw std::runtime_error("no such setting of a tree: " + line);
  }
}

void Tree::add(const std::string& text) {
  std::istringstream lines(text);
  std::ofstream file;
  for (std::string line; std::getline(lines, line);) {
    const bool header = line.starts_with("-- ") && line.ends_with(" --");
    if (!header) {
      if (file.is_open())
        file << placed(line) << '\n';
      else
        setting(line);
      continue;
    }
    file.close();
    std::string name = line.substr(3, line.size() - 6);
    if (name.ends_with("/")) {
      fs::create_directories(root_ / name);
      continue;
    }
    const auto arrow = name.find(" -> ");
    const bool executable = name.ends_with(" *");
    const fs::path path =
        root_ / name.substr(0, arrow != std::string::npos ? arrow : name.size() - (executable ? 2 : 0));
    fs::create_directories(path.parent_path());
    if (arrow != std::string::npos) {
      fs::create_symlink(placed(name.substr(arrow + 4)), path);
      continue;
    }
    file.open(path);
    if (!file) throw std::runtime_error("cannot write " + path.string());
    if (executable) fs::permissions(path, fs::perms::owner_all);
  }
}

Discovery Tree::find() const {
  return find_install(machine, question);
}

std::string machine_fixture(const std::string& name) {
  std::ifstream file(fs::path(ENVGUARD_FIXTURES) / "machines" / name);
  if (!file) throw std::runtime_error("no fixture machines/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string torch_in(const std::string& packages, const std::string& version) {
  return fmt::format(
      "-- {0}/torch/version.py --\n__version__ = '{1}'\ndebug = False\ncuda = None\ngit_version = 'c0ffee'\nhip = "
      "None\n"
      "-- {0}/torch/lib/libtorch.so --\n",
      packages, version);
}

}  // namespace envguard::detect
