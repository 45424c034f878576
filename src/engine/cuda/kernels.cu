// Layer 0 on a GPU. One source, compiled twice: when envguard is built, by nvcc, and on the user's machine by the NVRTC
// that PyTorch loads. It includes nothing. Every kernel takes the same arguments, so that one launch serves all; what a
// kernel does not need is null or 0.

// FMA_CHAIN_ALONE: compiled once more with --fmad=false, where only this kernel is wanted.
extern "C" __global__ void multiply_add_chain_f32(float* out, const float* x, const float* y, int rows, int columns) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x;
  if (column >= columns) return;
  float a = 0;
  for (int row = 0; row < rows; ++row) a = a * x[row * columns + column] + y[row * columns + column];
  out[column] = a;
}

#ifndef FMA_CHAIN_ALONE

extern "C" __global__ void exp_f32(float* out, const float* x, const float*, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = expf(x[i]);
}

extern "C" __global__ void sin_f32(float* out, const float* x, const float*, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = sinf(x[i]);
}

extern "C" __global__ void pow_f32(float* out, const float* x, const float* y, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = powf(x[i], y[i]);
}

extern "C" __global__ void division_f32(float* out, const float* x, const float* y, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = x[i] / y[i];
}

extern "C" __global__ void rsqrt_f32(float* out, const float* x, const float*, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = rsqrtf(x[i]);
}

extern "C" __global__ void exp_f64(double* out, const double* x, const double*, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = exp(x[i]);
}

extern "C" __global__ void division_f64(double* out, const double* x, const double* y, int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = x[i] / y[i];
}

// splitmix64's mix (Steele, Lea and Flood, OOPSLA 2014), 64 rounds.
extern "C" __global__ void integer_hash(unsigned long long* out, const unsigned long long* x, const unsigned long long*,
                                        int count, int) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  unsigned long long z = x[i];
  for (int round = 0; round < 64; ++round) {
    z += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z ^= z >> 31;
  }
  out[i] = z;
}

// A block of 256 threads a row.
extern "C" __global__ void sum_f32(float* out, const float* x, const float*, int, int columns) {
  __shared__ float partial[256];
  float sum = 0;
  for (int column = threadIdx.x; column < columns; column += 256) sum += x[blockIdx.x * columns + column];
  partial[threadIdx.x] = sum;
  __syncthreads();
  for (int half = 128; half > 0; half /= 2) {
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) out[blockIdx.x] = partial[0];
}

// A warp a row.
extern "C" __global__ void warp_sum_f32(float* out, const float* x, const float*, int, int columns) {
  float sum = 0;
  for (int column = threadIdx.x; column < columns; column += 32) sum += x[blockIdx.x * columns + column];
  for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, distance);
  if (threadIdx.x == 0) out[blockIdx.x] = sum;
}

// out [m, n] = a [m, k] @ b [n, k]^T in tiles of 16 x 8, one warp each: blockIdx.x counts tiles of rows, blockIdx.y of
// columns. Which element a lane holds: PTX ISA, "Matrix Fragments for mma.m16n8k16" and "mma.m16n8k8". Below compute
// capability 8.0 the kernels are empty and never started.
#if __CUDA_ARCH__ >= 800
#define MMA_16816(TYPE)                                                                          \
  asm("mma.sync.aligned.m16n8k16.row.col.f32." TYPE "." TYPE                                     \
      ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                     \
      : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)                                                   \
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1))
// Two elements of 16 bits stand in each 32-bit word, k even.
#define TILE_OF_16_BITS(TYPE)                                                                    \
  const int group = threadIdx.x / 4, lane = threadIdx.x % 4, words = k / 2;                      \
  const unsigned* upper = a + (blockIdx.x * 16 + group) * words + lane;                          \
  const unsigned* lower = upper + 8 * words;                                                     \
  const unsigned* column = b + (blockIdx.y * 8 + group) * words + lane;                          \
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0;                                                          \
  for (int word = 0; word < words; word += 8) {                                                  \
    const unsigned a0 = upper[word], a1 = lower[word], a2 = upper[word + 4], a3 = lower[word + 4]; \
    const unsigned b0 = column[word], b1 = column[word + 4];                                     \
    MMA_16816(TYPE);                                                                             \
  }                                                                                              \
  STORE_TILE
#define STORE_TILE                                                                               \
  float* first = out + (blockIdx.x * 16 + group) * n + blockIdx.y * 8 + lane * 2;                \
  float* eighth = first + 8 * n;                                                                 \
  first[0] = c0;                                                                                 \
  first[1] = c1;                                                                                 \
  eighth[0] = c2;                                                                                \
  eighth[1] = c3
#endif

extern "C" __global__ void mma_f16(float* out, const unsigned* a, const unsigned* b, int n, int k) {
#if __CUDA_ARCH__ >= 800
  TILE_OF_16_BITS("f16");
#endif
}

extern "C" __global__ void mma_bf16(float* out, const unsigned* a, const unsigned* b, int n, int k) {
#if __CUDA_ARCH__ >= 800
  TILE_OF_16_BITS("bf16");
#endif
}

#if __CUDA_ARCH__ >= 800
static __device__ unsigned as_tf32(float value) {
  unsigned bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}
#endif

extern "C" __global__ void mma_tf32(float* out, const float* a, const float* b, int n, int k) {
#if __CUDA_ARCH__ >= 800
  const int group = threadIdx.x / 4, lane = threadIdx.x % 4;
  const float* upper = a + (blockIdx.x * 16 + group) * k + lane;
  const float* lower = upper + 8 * k;
  const float* column = b + (blockIdx.y * 8 + group) * k + lane;
  float c0 = 0, c1 = 0, c2 = 0, c3 = 0;
  for (int step = 0; step < k; step += 8) {
    const unsigned a0 = as_tf32(upper[step]), a1 = as_tf32(lower[step]);
    const unsigned a2 = as_tf32(upper[step + 4]), a3 = as_tf32(lower[step + 4]);
    const unsigned b0 = as_tf32(column[step]), b1 = as_tf32(column[step + 4]);
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(c0), "+f"(c1), "+f"(c2), "+f"(c3)
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
  }
  STORE_TILE;
#endif
}

#endif  // FMA_CHAIN_ALONE
