// A dynamic linker that lists what the file "loader.listing" beside it holds, whatever it is asked to list. Linked
// statically: the real one, told by LD_TRACE_LOADED_OBJECTS, would list the libraries of this program.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

int main() {
  const auto own = std::filesystem::read_symlink("/proc/self/exe");
  std::ifstream file(own.string() + ".listing");
  for (std::string line; std::getline(file, line);) std::cout << line << '\n';
}
