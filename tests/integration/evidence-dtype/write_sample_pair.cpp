// write_sample_pair FOLDER: writes the pair of the unit tests' sample lock there.

#include "lockfile/pair.hpp"

#include "sample_lock.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto [lock, evidence] = envguard::lockfile::sample_pair();
  envguard::lockfile::write_pair(arguments[1], lock, evidence);
}
