"""What is done to the machine, the program or the PyTorch, one record an injection, and what must come out of it."""

from dataclasses import dataclass, field

import preloads
from networks import NETWORKS
from preloads import Preload, one_ulp

LOCKED_VERSION = "2.11.0"


@dataclass(frozen=True)
class Injection:
    """`sufficient`: the sets of recorded values of which each must be found to bring the drift about. `blind`: why the ladder
    cannot feel what moves in Python, and `probe`: what would; `beyond`: why no case feels what moves the ladder. These are written
    by hand, and what they do not explain is a failure."""
    name: str
    kind: str
    variables: dict = field(default_factory=dict)
    sufficient: tuple = ()
    preload: Preload | None = None
    by_search_path: bool = False      # the library is named without a folder, and LD_LIBRARY_PATH says where it lies
    flags: tuple = ()                 # of child.py: what a program sets
    cast: str | None = None           # the network that is trained in bfloat16
    version: str = LOCKED_VERSION
    as_is: bool = False               # the strict profile overrides it: Python runs without pinning
    blind: str = ""
    probe: str = ""
    beyond: str = ""

    @property
    def is_knob(self):
        """Set in the environment, where envguard can see it and put it back."""
        return bool(self.sufficient) and self.version == LOCKED_VERSION

    @property
    def is_visible(self):
        return bool(self.variables or self.preload or self.version != LOCKED_VERSION)


INSIDE = "a program sets it for itself, and nobody outside that program can see it"
WORKLOAD = "the user's own workload, layer 5"
TAIL = "the last elements, too few for a vector, go to"
FELT_BEYOND = "the ladder asks for what none of the cases, which lie outside it, asks for"


def sets(*names):
    return tuple(frozenset(name.split("+")) for name in names)


def knob(variable, value, label=None, **more):
    return Injection(f"{label or variable}={value}", "knob", {variable: value}, sets(variable), **more)


def preloaded(preload, **more):
    return Injection(f"preload {preload.name}", "preload", {}, sets("LD_PRELOAD"), preload, **more)


def pair(name, sufficient, variables, **more):
    return Injection(name, "pair", variables, sufficient, **more)


def instruction_sets():
    for variable in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
        for value in ("SSE41", "AVX", "AVX2"):
            yield knob(variable, value)
    for value in ("default", "avx2"):
        yield knob("ATEN_CPU_CAPABILITY", value)
    for value in ("COMPATIBLE", "SSE4_2", "AVX", "AVX2"):
        yield knob("MKL_CBWR", value)
    for value in ("SSE4_2", "AVX2"):
        yield knob("MKL_ENABLE_INSTRUCTIONS", value)
    yield knob("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2")


def other_knobs():
    yield knob("ONEDNN_DEFAULT_FPMATH_MODE", "BF16")
    yield knob("DNNL_DEFAULT_FPMATH_MODE", "TF32")
    yield knob("MKL_DISABLE_FAST_MM", "1")
    yield knob("MKL_NUM_STRIPES", "2",
               beyond="MKL splits its threads' share of a product by it; of all that was run only the ladder's QR and trainings "
                      "as-is have products of a size and a thread count that it splits otherwise")
    yield knob("TORCH_MKLDNN_MATMUL_MIN_DIM", "1")
    yield knob("TORCH_MKLDNN_MATMUL_MIN_SIZE", "1")


def threads():
    for variable in ("MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        for value in ("1", "2"):
            yield Injection(f"{variable}={value}", "threads", {variable: value}, sets(variable), as_is=True)


def faulty_libraries():
    yield preloaded(preloads.EMPTY)
    yield preloaded(preloads.FLUSH)
    yield preloaded(preloads.EXP_COARSE)
    for preload in (preloads.SGEMM_TF32, preloads.SGEMM_BF16, preloads.SGEMM_FORGETS, preloads.SGEMM_INFINITE):
        yield preloaded(preload)
    for function in ("expf", "exp", "lgamma", "log1p"):
        yield preloaded(one_ulp(function))
    yield preloaded(one_ulp("sin"), beyond=f"{FELT_BEYOND}: libm's sin in float64, where PyTorch has its own")
    yield preloaded(one_ulp("erf"), beyond=f"{FELT_BEYOND}: GELU in float64, of which {TAIL} libm's erf")
    yield preloaded(
        one_ulp("sinf"), probe="sinc in float32, or sinf among the host's own functions",
        blind="sinc calls libm's sinf; the ladder's sin is PyTorch's vector code, and its host layer asks for float64 only")
    yield preloaded(
        one_ulp("logf"), probe="the gradients of flash attention, or logf among the host's own functions",
        blind="the ladder's log is PyTorch's vector code. Flash attention's logarithm is read by its backward pass alone, which no "
              "probe runs: the ladder's transformer uses the math backend")
    yield preloaded(
        one_ulp("tanhf"), probe="GELU with approximate='tanh' over a length that leaves a tail, or tanhf among the host's own",
        blind=f"of mish and of the approximate GELU {TAIL} libm's tanhf; the ladder has neither")
    yield preloaded(
        one_ulp("expm1f"), probe="ELU over a length that leaves a tail, or expm1f among the host's own functions",
        blind=f"of ELU {TAIL} libm's expm1f; the ladder has no ELU")


def pairs():
    yield pair("oneDNN's knob and its old name", sets("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"),
               {"ONEDNN_MAX_CPU_ISA": "SSE41", "DNNL_MAX_CPU_ISA": "SSE41"})
    yield pair("oneDNN and MKL, independent", sets("ONEDNN_MAX_CPU_ISA+MKL_CBWR"),
               {"ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_CBWR": "COMPATIBLE"})
    yield pair("ATen and oneDNN, independent", sets("ATEN_CPU_CAPABILITY+ONEDNN_MAX_CPU_ISA"),
               {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"})
    yield pair("one that moves and one that does not", sets("MKL_CBWR"),
               {"MKL_CBWR": "AVX2", "MKL_DISABLE_FAST_MM": "1"})
    yield Injection("preload found by LD_LIBRARY_PATH", "pair", {}, sets("LD_PRELOAD+LD_LIBRARY_PATH"),
                    preloads.EXP_COARSE,
                    by_search_path=True)


def in_the_program():
    for flag in ("matmul-precision-medium", "flush-denormal", "mkldnn-off", "attention-math-only", "threads-2"):
        yield Injection(f"flag {flag}", "flag", flags=(flag,), blind=INSIDE, probe=WORKLOAD)
    for network in NETWORKS:
        yield Injection(f"{network.name} in bfloat16", "cast", cast=network.name, probe=WORKLOAD,
                        blind="it is another program, not another machine: the cast stands in the user's code")


def versions():
    for version in ("2.10.0", "2.15.0"):
        yield Injection(f"torch {version}", "version", sufficient=sets("torch"), version=version)


def all_injections():
    injections = [*instruction_sets(), *other_knobs(), *threads(), *faulty_libraries(), *pairs(), *in_the_program(),
                  *versions()]
    names = [injection.name for injection in injections]
    assert len(names) == len(set(names)), "two injections have one name"
    return injections
