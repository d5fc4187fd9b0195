# Third-party libraries, all from Debian 12. Static archives are preferred so that the program starts fast
# and needs little on the target machine.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json)

# oreum_archive(NAME HEADER): an imported static library oreum_dep::NAME.
function(oreum_archive name header)
  find_path(${name}_INCLUDE ${header} REQUIRED)
  find_library(${name}_ARCHIVE NAMES lib${name}.a ${name} REQUIRED)
  add_library(oreum_dep::${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(oreum_dep::${name} PROPERTIES IMPORTED_LOCATION ${${name}_ARCHIVE}
                        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${${name}_INCLUDE})
endfunction()
oreum_archive(sqlite3 sqlite3.h)
target_link_libraries(oreum_dep::sqlite3 INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)
oreum_archive(xxhash xxhash.h)
oreum_archive(snappy snappy.h)
oreum_archive(z zlib.h)
oreum_archive(zstd zstd.h)
oreum_archive(yaml-cpp yaml-cpp/yaml.h)
oreum_archive(re2 re2/re2.h)

# Header-only.
find_path(PROTOZERO_INCLUDE protozero/pbf_reader.hpp REQUIRED)
add_library(oreum_protozero INTERFACE)
target_include_directories(oreum_protozero SYSTEM INTERFACE ${PROTOZERO_INCLUDE})
find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
add_library(oreum_cli11 INTERFACE)
target_include_directories(oreum_cli11 SYSTEM INTERFACE ${CLI11_INCLUDE})

# The header alone: the library is loaded when it is needed, see src/db/libpq.h.
find_path(LIBPQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
add_library(oreum_libpq INTERFACE)
target_include_directories(oreum_libpq SYSTEM INTERFACE ${LIBPQ_INCLUDE})
target_link_libraries(oreum_libpq INTERFACE ${CMAKE_DL_LIBS})
add_library(oreum_dep::libpq ALIAS oreum_libpq)
