extern "C" int cudaDriverGetVersion(int* version);

int driver() {
  int version = 0;
  return cudaDriverGetVersion(&version) + version;
}
