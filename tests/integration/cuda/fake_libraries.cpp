// libcudnn, libcublas and libnvrtc as far as their first calls, which all answer one status.
extern "C" {

int fake_status = 0;  // what the tests turn

int cudnnCreate(void**) {
  return fake_status;
}
int cudnnDestroy(void*) {
  return 0;
}
const char* cudnnGetErrorString(int) {
  return "cuDNN's own words";
}
int cublasCreate_v2(void**) {
  return fake_status;
}
int cublasDestroy_v2(void*) {
  return 0;
}
const char* cublasGetStatusString(int) {
  return "cuBLAS' own words";
}
int nvrtcCreateProgram(void**, const char*, const char*, int, const char* const*, const char* const*) {
  return fake_status;
}
const char* nvrtcGetErrorString(int) {
  return "NVRTC's own words";
}
}
