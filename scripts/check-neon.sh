#!/usr/bin/env bash
# Runs the NEON kernels on an emulated Arm processor and holds them against the scalar reference. Debian and Ubuntu:
# apt-get install qemu-user libc6-dev-arm64-cross
set -euo pipefail
cd "$(dirname "$0")/.."
arm=/usr/aarch64-linux-gnu
# Swift brings clang and lld, which know every target; so may the system.
tools=$(dirname "$(readlink -f "$(command -v swift || command -v clang)")")
clang=$(PATH=$tools:$PATH command -v clang) && lld=$(PATH=$tools:$PATH command -v ld.lld) && command -v qemu-aarch64 >/dev/null &&
  test -e $arm/lib/crt1.o || { echo "NEON was not run: it needs clang, lld, qemu-user and libc6-dev-arm64-cross" >&2; exit 77; }

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
compile() {
  "$clang" -std=gnu11 -O2 -Wall -Werror -DKERNEL_CHECKS_MAIN -ISources/CTensorKernels/include -ITests/KernelChecks/include \
    Sources/CTensorKernels/*.c Tests/KernelChecks/*.c "$@"
}
compile -o "$built/host" -lm
# The cross C library comes without a compiler's start files: name the linker's inputs ourselves.
compile -o "$built/arm" --target=aarch64-linux-gnu -isystem $arm/include -fuse-ld="$lld" -nostdlib \
  $arm/lib/crt1.o $arm/lib/crti.o -L$arm/lib -lm -lc $arm/lib/crtn.o

qemu-aarch64 -L $arm "$built/arm" neon neondot neoni8mm >"$built/arm.blocks"
"$built/host" >"$built/host.blocks"
diff "$built/host.blocks" "$built/arm.blocks"
echo "the Arm processor decodes and encodes blocks as this one does"
