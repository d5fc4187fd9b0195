// Functions compiled twice: for every x86-64 processor, and for those with wider vectors and shifts by any register,
// which the loader takes where they are. The loops are of integers, or of one operation on a double, so both give the
// same bits.
#pragma once

// Sanitizers run too late for the loader's choice, and clang (lint, fuzzers) need not be fast.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// AVX2 for loops over doubles: it has no multiply-add, which would round otherwise.
#define OREUM_WIDE [[gnu::target_clones("avx2", "default")]]
/// BMI2 as well, for integers only; what the function calls is compiled into it.
#define OREUM_WIDE_INTEGERS [[gnu::target_clones("arch=haswell", "default"), gnu::flatten]]
#else
#define OREUM_WIDE
#define OREUM_WIDE_INTEGERS
#endif
