"""Small C libraries for LD_PRELOAD, built when the benchmark runs: faults of a libm, of a BLAS and of the processor's state."""

import subprocess
from dataclasses import dataclass

COMMON = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>
"""

# The C library's own function, and every finite result that is not zero moved up by one ulp.
ONE_ULP = r"""
%(type)s %(name)s(%(type)s x) {
  static %(type)s (*real)(%(type)s);
  if (!real) real = (%(type)s (*)(%(type)s))dlsym(RTLD_NEXT, "%(name)s");
  %(type)s y = real(x);
  return isfinite(y) && y != 0 ? %(next)s(y, INFINITY) : y;
}
"""

# Flush-to-zero and denormals-are-zero, in the thread that starts and so in all that it starts.
FLUSH_TO_ZERO = r"""
__attribute__((constructor)) static void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
"""

# MKL inside libtorch_cpu calls its own sgemm_ through the linker, so that a preloaded one is met first.
SGEMM = r"""
typedef void (*sgemm_t)(const char *, const char *, const int *, const int *, const int *, const float *, const float *,
                        const int *, const float *, const int *, const float *, float *, const int *);
static sgemm_t real_sgemm(void) {
  static sgemm_t real;
  if (!real) real = (sgemm_t)dlsym(dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD), "sgemm_");
  return real;
}
static float *rounded(const float *from, const char *transposed, int rows, int columns, int leading, unsigned dropped) {
  int lines = (*transposed == 'n' || *transposed == 'N') ? columns : rows;
  int length = (*transposed == 'n' || *transposed == 'N') ? rows : columns;
  float *to = malloc(sizeof(float) * (size_t)leading * (size_t)lines);
  for (int line = 0; line < lines; ++line)
    for (int place = 0; place < length; ++place) {
      uint32_t bits;
      size_t at = (size_t)line * (size_t)leading + (size_t)place;
      memcpy(&bits, from + at, 4);
      bits = (bits + ((1u << (dropped - 1)) - 1) + ((bits >> dropped) & 1)) & ~((1u << dropped) - 1);
      memcpy(to + at, &bits, 4);
    }
  return to;
}
void sgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const float *alpha,
            const float *a,
            const int *lda, const float *b, const int *ldb, const float *beta, float *c, const int *ldc) {
%(body)s
}
"""

# What TF32 (10 bits of 23) and bfloat16 (7 bits) tensor cores do to their inputs.
ROUNDED_INPUTS = r"""
  float *x = rounded(a, ta, *m, *k, *lda, %(dropped)d), *y = rounded(b, tb, *k, *n, *ldb, %(dropped)d);
  real_sgemm()(ta, tb, m, n, k, alpha, x, lda, y, ldb, beta, c, ldc);
  free(x);
  free(y);
"""

# A kernel that forgets the last fifth of the summed dimension.
FORGOTTEN_PART = r"""
  int kept = *k > 4 ? *k - *k / 5 : *k;
  real_sgemm()(ta, tb, m, n, &kept, alpha, a, lda, b, ldb, beta, c, ldc);
"""

# An infinity where a long product has its first element.
INFINITE = r"""
  real_sgemm()(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  if (*k > 100) c[0] = INFINITY;
"""

# A libm whose exponential has only the accuracy of a fast approximation.
COARSE_EXPF = r"""
float expf(float x) {
  static float (*real)(float);
  if (!real) real = (float (*)(float))dlsym(RTLD_NEXT, "expf");
  return real(x) * (1 + 0x1p-13f);
}
double exp(double x) {
  static double (*real)(double);
  if (!real) real = (double (*)(double))dlsym(RTLD_NEXT, "exp");
  return real(x) * (1 + 0x1p-30);
}
"""

NOTHING = "int envguard_benchmark_does_nothing(void) { return 0; }\n"


@dataclass(frozen=True)
class Preload:
    name: str
    source: str


def one_ulp(function):
    single = function.endswith("f") and function != "erf"  # as C names the float32 functions
    words = {"name": function, "type": "float" if single else "double", "next": "nextafterf" if single else "nextafter"}
    return Preload(f"{function}-one-ulp", ONE_ULP % words)


FLUSH = Preload("flush-to-zero", FLUSH_TO_ZERO)
EMPTY = Preload("empty", NOTHING)
EXP_COARSE = Preload("exp-coarse", COARSE_EXPF)
SGEMM_TF32 = Preload("sgemm-tf32", SGEMM % {"body": ROUNDED_INPUTS % {"dropped": 13}})
SGEMM_BF16 = Preload("sgemm-bf16", SGEMM % {"body": ROUNDED_INPUTS % {"dropped": 16}})
SGEMM_FORGETS = Preload("sgemm-forgets", SGEMM % {"body": FORGOTTEN_PART})
SGEMM_INFINITE = Preload("sgemm-infinite", SGEMM % {"body": INFINITE})


def build(preload, folder):
    """The path of the library. `lib` in front, so that the linker finds it by name in LD_LIBRARY_PATH."""
    library = folder / f"lib{preload.name}.so"
    if not library.exists():
        source = folder / f"{preload.name}.c"
        source.write_text(COMMON + preload.source, encoding="utf-8")
        subprocess.run(["gcc", "-O1", "-fPIC", "-shared", "-Wno-unused-function", "-o", str(library), str(source),
                        "-lm", "-ldl"], check=True)
    return library
