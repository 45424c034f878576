// What a PyTorch wheel says of the GPUs that it was built for: the constant of torch._C._cuda_getArchFlags
// (torch 2.11.0+cu130).
extern "C" const char* fake_architectures() {
  return "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120";
}
