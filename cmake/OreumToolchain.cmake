# Compiler, language level, warnings, sanitizers, ccache and linker: what every target is built with.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(oreum_flags INTERFACE)
target_include_directories(oreum_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(oreum_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                       -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
if(OREUM_WERROR)
  target_compile_options(oreum_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The thread-safety annotations of base/mutex.h are checked here; g++ ignores them.
  # It calls parts of g++ 12's library deprecated that this library itself uses (std::stable_sort's buffer).
  target_compile_options(oreum_flags INTERFACE -Wthread-safety -Wno-missing-field-initializers
                         -Wno-deprecated-declarations)
else()
  # g++ 12 reports false positives in its own string and optional code when inlining.
  target_compile_options(oreum_flags INTERFACE -Wno-missing-field-initializers -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(OREUM_SANITIZE)
  target_compile_options(oreum_flags INTERFACE -fsanitize=${OREUM_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(oreum_flags INTERFACE -fsanitize=${OREUM_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT OREUM_SANITIZE)
  target_link_options(oreum_flags INTERFACE -Wl,--gc-sections -Wl,-z,relro,-z,now)
  target_compile_options(oreum_flags INTERFACE -ffunction-sections -fdata-sections)
endif()
find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(oreum_flags INTERFACE -fuse-ld=mold)
endif()
