# What CMake starts with (-C) for the build that the sanitized unit tests, the fuzz targets and the
# coverage share: one build serves all three. An error of either sanitizer ends the program.
set(CMAKE_CXX_COMPILER clang++-19 CACHE STRING "")
set(CMAKE_BUILD_TYPE Instrumented CACHE STRING "")
# Not optimized: it runs for seconds, and compiles in half the time. `make fuzz` wants the opposite.
set(CMAKE_CXX_FLAGS_INSTRUMENTED "-O0" CACHE STRING "")
# The headers of g++ 12 use, in std::stable_sort, what they themselves call deprecated.
set(CMAKE_CXX_FLAGS "-gline-tables-only -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS \
-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
-fprofile-instr-generate -fcoverage-mapping -Wno-deprecated-declarations" CACHE STRING "")
set(CMAKE_COMPILE_WARNING_AS_ERROR ON CACHE BOOL "")
set(BOXLITE_FMT fmt::fmt CACHE STRING "")
set(BOXLITE_FUZZ ON CACHE BOOL "")
