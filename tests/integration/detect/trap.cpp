// A library whose first code, if any of it ever runs, leaves a file behind.
#include <cstdlib>
#include <fstream>

namespace {

const bool sprung = [] {
  const char* file = std::getenv("TRAP_FILE");
  if (file != nullptr) std::ofstream(file) << "opened\n";
  return true;
}();

}  // namespace

// What the dynamic linker asks of an auditor (rtld-audit(7)).
extern "C" unsigned la_version(unsigned version) {
  return sprung ? version : 0;
}
