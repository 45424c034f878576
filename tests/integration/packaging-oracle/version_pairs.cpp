// Answers a line of "order\tA\tB" with < = > and one of "contains\tSPECIFIERS\tVERSION" with in or out; "invalid" where
// one cannot be read.

#include <iostream>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "version/specifier.hpp"

namespace {

using envguard::version::Pep440;
using envguard::version::SpecifierSet;

std::string order(std::string_view first, std::string_view second) {
  const auto a = Pep440::parse(first);
  const auto b = Pep440::parse(second);
  if (!a || !b) return "invalid";
  return *a < *b ? "<" : *a > *b ? ">" : "=";
}

std::string contains(std::string_view specifiers, std::string_view text) {
  const auto version = Pep440::parse(text);
  try {
    const auto set = SpecifierSet::parse(specifiers);
    return !version ? "invalid" : set.contains(*version) ? "in" : "out";
  } catch (const envguard::base::Error&) {
    return "invalid";
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto fields = envguard::base::split(line, '\t');
    if (fields.size() != 3) return 2;
    std::cout << (fields[0] == "order" ? order(fields[1], fields[2]) : contains(fields[1], fields[2])) << '\n';
  }
}
